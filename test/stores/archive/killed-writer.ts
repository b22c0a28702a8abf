import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { openArchiveStore } from '../../../src/stores/archive/archive-store.js';
import type { Item } from '../../../src/stores/item.js';

/**
 * Writes items 0 to `last` of one unit into an archive, a few a part, with a checkpoint after each part, as a copy does:
 * the program that killed-writer.test.ts kills. Arguments: folder, file of the checkpoint, last item.
 */
const [, , path = '', checkpointFile = '', last = ''] = process.argv;
const store = openArchiveStore({ place: { kind: 'disk', path }, location: 'archive:test', requestTimeoutMs: 5_000 });
const saved = JSON.parse(readFileSync(checkpointFile, 'utf8')) as { position: number; next: number };
let { position, next } = saved;

const table = {
  name: 'orders',
  identity: '',
  key: [{ name: 'id', type: 'N' }],
  origin: { engine: 'memory', metadata: {} },
} as const;
await store.create(table);
const writer = store.writer('orders', { unit: 7, position });
while (next <= Number(last)) {
  // Parts of another length on each way through, as parts that end with a call are.
  const items: Item[] = Array.from({ length: 1 + (process.pid % 7) }, () => ({ id: { N: String(next++) } }));
  await writer.write(
    items.filter((item) => Number(item['id'] && 'N' in item['id'] ? item['id'].N : NaN) <= Number(last)),
  );
  await writer.flush();
  position += 1;
  writeFileSync(`${checkpointFile}.new`, JSON.stringify({ position, next }));
  renameSync(`${checkpointFile}.new`, checkpointFile);
  process.stdout.write('part\n');
}
await store.finish(table);
