import { createHash } from 'node:crypto';
import { canonicalItem } from '../../src/digest/canonical.js';
import { bucketOf, hashItem } from '../../src/digest/item-hash.js';

describe('hashItem', () => {
  test('is the first half of SHA-256 over the canonical form in UTF-8', () => {
    const item = { id: { S: 'ä𝒳' }, n: { N: '1.50' }, b: { B: Uint8Array.of(0, 255) } };
    const whole = createHash('sha256').update(canonicalItem(item), 'utf8').digest();
    expect(Buffer.from(hashItem(item)).equals(whole.subarray(0, 16))).toBe(true);
  });

  test('tells lone surrogates and the replacement character apart', () => {
    const hashes = ['\ud800', '\ud801', '\udc00', '\ufffd'].map((S) =>
      Buffer.from(hashItem({ id: { S } })).toString('hex'),
    );
    expect(new Set(hashes).size).toBe(4);
  });

  // Digests are saved with checkpoints and compared by later releases: a change here must come with a new version.
  test('does not change from release to release', () => {
    const item = {
      id: { S: 'a' },
      n: { N: '100' },
      l: { L: [{ BOOL: true }, { NULL: true as const }] },
      s: { SS: ['b', 'a'] },
    };
    expect(canonicalItem(item)).toBe('M4:2:idS1:a1:lL2:TZ1:nN1E2;1:sX2:S1:aS1:b');
    expect(Buffer.from(hashItem(item)).toString('hex')).toMatchInlineSnapshot(`"bba81498fa2d8c750617c8dd75b8317b"`);
  });
});

describe('bucketOf', () => {
  test('is the same for keys that are equal by value', () => {
    expect(bucketOf({ a: { N: '1.0' }, b: { S: 'x' } }, 1024)).toBe(bucketOf({ b: { S: 'x' }, a: { N: '1' } }, 1024));
  });

  test.each<[string, (at: number) => Parameters<typeof bucketOf>[0]]>([
    ['consecutive numbers', (at) => ({ id: { N: `${at}` } })],
    ['padded texts', (at) => ({ id: { S: String(at).padStart(12, '0') } })],
    ['one partition with a sort key', (at) => ({ id: { S: 'tenant' }, at: { N: `${at * 1000}` } })],
  ])('spreads %s over all buckets', (_, key) => {
    const counts = new Uint32Array(64);
    for (let at = 0; at < 64_000; at += 1) counts[bucketOf(key(at), 64)]! += 1;
    // 1,000 a bucket are expected, with a standard deviation of 32: five of them either way.
    expect(Math.min(...counts)).toBeGreaterThan(840);
    expect(Math.max(...counts)).toBeLessThan(1_160);
  });
});
