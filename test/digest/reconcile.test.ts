import fc from 'fast-check';
import { chooseBuckets } from '../../src/digest/choose-buckets.js';
import { createDigest } from '../../src/digest/digest.js';
import { bucketOf } from '../../src/digest/item-hash.js';
import { keyToText } from '../../src/digest/key-json.js';
import { candidateOf, reconcile, type Candidate } from '../../src/digest/reconcile.js';
import { keyOf, type Item } from '../../src/stores/item.js';

const expected = (key: string, hash: string): Candidate => ({ key, hash, side: 'expected' });
const actual = (key: string, hash: string): Candidate => ({ key, hash, side: 'actual' });

describe('reconcile', () => {
  test('names what is missing, extra and changed, in order of keys', () => {
    const found = reconcile([
      expected('d', '1'),
      expected('b', '1'),
      actual('a', '1'),
      expected('c', '1'),
      actual('c', '2'),
      actual('e', '1'),
      expected('e', '1'),
    ]);
    expect(found).toEqual({
      missing: ['b', 'd'],
      extra: ['a'],
      changed: ['c'],
      collided: [],
      counts: { missing: 2, extra: 1, changed: 1, expired: 0 },
    });
  });

  test('names two expected items of one key as a missing one', () => {
    const found = reconcile([expected('k', '1'), expected('k', '2'), actual('k', '2')]);
    expect(found).toMatchObject({ missing: ['k'], collided: ['k'], changed: [], counts: { missing: 1 } });
  });

  test('knows a collision even when the equal pair was cancelled first', () => {
    expect(reconcile([expected('k', '1'), actual('k', '1'), expected('k', '1')])).toMatchObject({ collided: ['k'] });
  });

  test('names a changed key and a collided one apart when nothing of two items is left', () => {
    const found = reconcile([expected('k', '1'), expected('k', '2'), actual('k', '3')]);
    expect(found).toMatchObject({
      missing: ['k'],
      changed: ['k'],
      collided: ['k'],
      counts: { missing: 1, changed: 1 },
    });
  });

  test('cuts the names at the limit and still counts all', () => {
    const found = reconcile(
      ['c', 'a', 'b'].map((key) => expected(key, '1')),
      2,
    );
    expect(found).toMatchObject({ missing: ['a', 'b'], counts: { missing: 3 } });
  });

  test('lets off what has expired and is on one side alone, and nothing else', () => {
    const now = Date.UTC(2026, 10, 1);
    const hour = 3_600_000;
    const candidates = [
      { ...expected('gone', '1'), expiresMs: now - hour },
      { ...actual('left', '1'), expiresMs: now - hour },
      { ...expected('changed', '1'), expiresMs: now - hour },
      { ...actual('changed', '2'), expiresMs: now - hour },
      { ...expected('twice', '1'), expiresMs: now - hour },
      { ...expected('twice', '2'), expiresMs: now - hour },
      { ...actual('twice', '2'), expiresMs: now - hour },
      { ...expected('alive', '1'), expiresMs: now + hour },
      expected('eternal', '1'),
      // What DynamoDB never drops: an expiry of more than five years ago.
      { ...expected('ancient', '1'), expiresMs: now - 6 * 366 * 24 * hour },
    ];
    expect(reconcile(candidates, 10, now)).toEqual({
      missing: ['alive', 'ancient', 'eternal', 'twice'],
      extra: [],
      changed: ['changed'],
      collided: ['twice'],
      counts: { missing: 4, extra: 0, changed: 1, expired: 2 },
    });
  });

  test('does not depend on the order of candidates', () => {
    const candidate = fc.record<Candidate>({
      key: fc.constantFrom('a', 'b', 'c'),
      hash: fc.constantFrom('1', '2'),
      side: fc.constantFrom('expected', 'actual'),
    });
    const shuffled = fc
      .array(candidate)
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    fc.assert(
      fc.property(shuffled, ([candidates, others]) => {
        expect(reconcile(others)).toEqual(reconcile(candidates));
      }),
    );
  });
});

describe('digest, choice and reconciliation together', () => {
  const key = [{ name: 'id' }];
  const table = (of: (at: number) => Item | undefined) =>
    Array.from({ length: 500 }, (_, at) => of(at)).filter((item) => item !== undefined);
  const item = (at: number, note = 'same'): Item => ({ id: { N: `${at}` }, note: { S: note } });

  function locate(from: readonly Item[], to: readonly Item[]) {
    const [left, right] = [createDigest(64), createDigest(64)];
    for (const one of from) left.add(keyOf(one, key), one);
    for (const one of to) right.add(keyOf(one, key), one);
    const chosen = new Set(chooseBuckets(left, right, 10_000).buckets);
    const inChosen = (one: Item) => chosen.has(bucketOf(keyOf(one, key), 64));
    return reconcile([
      ...from.filter(inChosen).map((one) => candidateOf(keyOf(one, key), one, 'expected')),
      ...to.filter(inChosen).map((one) => candidateOf(keyOf(one, key), one, 'actual')),
    ]);
  }

  test('name exactly the keys that differ', () => {
    const positions = fc.uniqueArray(fc.nat({ max: 499 }), { maxLength: 9 });
    fc.assert(
      fc.property(positions, (places) => {
        const [gone, added, altered] = [0, 1, 2].map((kind) => new Set(places.filter((_, at) => at % 3 === kind)));
        const found = locate(
          table((at) => (added?.has(at) ? undefined : item(at))),
          table((at) => (gone?.has(at) ? undefined : item(at, altered?.has(at) ? 'other' : 'same'))),
        );
        const texts = (set: Set<number> | undefined) =>
          [...(set ?? [])].map((at) => keyToText({ id: { N: `${at}` } })).sort();
        expect(found).toMatchObject({
          missing: texts(gone),
          extra: texts(added),
          changed: texts(altered),
          collided: [],
        });
      }),
      { numRuns: 30 },
    );
  });
});
