import fc from 'fast-check';
import { copyEntries, type EntryCursor } from '../../../src/engine/home/copy-entries.js';
import type { KeyValueStore } from '../../../src/kv/key-value-store.js';
import { openMemoryKeyValueStore } from '../../../src/kv/memory-key-value-store.js';
import { partitionsPlace } from '../../../src/versions/partition-versions.js';
import { replaceState } from '../../../src/versions/state-entry.js';
import { bytes, collect } from '../../support/kv-bytes.js';

const id = 'attempt-1';
const movedFrom = { store: 'old', location: 'memory:old', version: 1, id };

async function holding(entries: Readonly<Record<string, string>>): Promise<KeyValueStore> {
  const kv = openMemoryKeyValueStore();
  for (const [key, value] of Object.entries(entries)) await kv.set(partitionsPlace, bytes(key), bytes(value));
  return kv;
}

const entriesOf = async (kv: KeyValueStore): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await collect(kv.scan(partitionsPlace))).map(({ key, value }) => [
      Buffer.from(key).toString(),
      Buffer.from(value).toString(),
    ]),
  );

describe('the entries that move with a home', () => {
  test('replace those of their keys, spare others, and go on from any safe point', async () => {
    const entries = fc.dictionary(fc.string({ minLength: 1, maxLength: 2 }), fc.constantFrom('a', 'b'), {
      maxKeys: 40,
    });
    await fc.assert(
      fc.asyncProperty(entries, entries, fc.nat(3), async (given, there, stopAfter) => {
        // More than two pages, so that there are safe points.
        const many = Object.fromEntries(Array.from({ length: 220 }, (_, at) => [`m${at}`, 'a']));
        const [from, to] = [await holding({ ...many, ...given }), await holding(there)];
        let cursor: EntryCursor | undefined;
        let yielded = 0;
        for await (const point of copyEntries({ from, to, id })) {
          cursor = point;
          if (++yielded > stopAfter) break;
        }
        for await (const point of copyEntries({ from, to, id }, cursor)) cursor = point;
        expect(await entriesOf(to)).toEqual({ ...there, ...many, ...given });
      }),
      { numRuns: 30 },
    );
  });

  test('replace nothing once the database has entered there', async () => {
    const [from, to] = [await holding({ acme: 'old' }), await holding({ acme: 'newer' })];
    await replaceState(to, (state) => ({ ...state, movedFrom: { ...movedFrom, id: 'another' } }));
    for await (const point of copyEntries({ from, to, id: 'attempt-1' })) void point;
    expect(await entriesOf(to)).toEqual({ acme: 'old' });
    await to.set(partitionsPlace, bytes('acme'), bytes('newer'));
    await replaceState(to, (state) => ({ ...state, movedFrom }));
    for await (const point of copyEntries({ from, to, id })) void point;
    expect(await entriesOf(to)).toEqual({ acme: 'newer' });
  });
});
