import { chunkSize, PartitionChunk } from '../../../src/migrations/for-each-partition/partition-chunk.js';

test('a million partitions fit into a fifth of the units that a run may have', () => {
  let [chunks, partitions] = [0, 0];
  for (; partitions < 1_000_000; chunks += 1) partitions += chunkSize(chunks);
  expect(chunks).toBeLessThan(2_001);
});

test.each([
  ['the longest', (index: number) => 'x'.repeat(1_015) + String(index).padStart(8, '0')],
  [
    'the longest, all of it escaped in JSON',
    (index: number) => '\u0001'.repeat(1_015) + String(index).padStart(8, '0'),
  ],
  ['short', (index: number) => `${index}`],
])('a chunk is full before its document is too large for the ledger: ids that are %s', (_what, id) => {
  const chunk = new PartitionChunk(5_000, Infinity);
  for (let index = 0; !chunk.full; index += 1) chunk.add(id(index));
  const sizeBytes = Buffer.byteLength(JSON.stringify({ partitions: chunk.ids }));
  expect(sizeBytes).toBeLessThan(300 * 1024);
  expect(chunk.size === 1_000 || sizeBytes > 200 * 1024).toBe(true);
});

test('a chunk has each partition once, and no more than it may', () => {
  const chunk = new PartitionChunk(50, 2);
  for (const id of ['a', 'a', 'a']) chunk.add(id);
  expect(chunk.full).toBe(false);
  chunk.add('b');
  expect(chunk.ids).toEqual(['a', 'b']);
  expect(chunk.full).toBe(true);
});
