import { CorruptDataError, EntryTooLargeError } from '../../src/errors.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import {
  forgetOriginalDescription,
  loadOriginalDescription,
  saveOriginalDescription,
} from '../../src/stores/original-description.js';
import type { TableDescription } from '../../src/stores/store.js';

const description: TableDescription = {
  name: 'ordérs',
  identity: 'there',
  key: [
    { name: 'pk', type: 'S' },
    { name: 'line', type: 'N' },
  ],
  ttlAttribute: 'expires',
  origin: { engine: 'postgres', metadata: { columns: [{ name: 'é', default: null, odd: 'a\u0000b' }] } },
};

const [partition, key] = ['tables', 'ordérs'].map((text) => Buffer.from(text)) as [Buffer, Buffer];

test('a description comes back as it was, with the identity of the table that is there', async () => {
  const kv = openMemoryKeyValueStore();
  await saveOriginalDescription(kv, { ...description, items: 7, sizeBytes: 700 }, 'here');
  expect(await loadOriginalDescription(kv, 'ordérs', 'here')).toEqual({ ...description, identity: 'here' });
});

test('there is none before it is saved, for another table, for a table that was made anew, once it is forgotten', async () => {
  const kv = openMemoryKeyValueStore();
  expect(await loadOriginalDescription(kv, 'ordérs', 'here')).toBeUndefined();
  await saveOriginalDescription(kv, description, 'here');
  expect(await loadOriginalDescription(kv, 'orders', 'here')).toBeUndefined();
  expect(await loadOriginalDescription(kv, 'ordérs', 'made anew')).toBeUndefined();
  await saveOriginalDescription(kv, description, 'made anew');
  expect(await loadOriginalDescription(kv, 'ordérs', 'here')).toBeUndefined();
  await forgetOriginalDescription(kv, 'ordérs');
  await forgetOriginalDescription(kv, 'ordérs');
  expect(await loadOriginalDescription(kv, 'ordérs', 'made anew')).toBeUndefined();
});

test('one of nearly 400 KB is kept, and a larger one is refused, not cut', async () => {
  const kv = openMemoryKeyValueStore();
  const sized = (length: number) => ({
    ...description,
    origin: { ...description.origin, metadata: 'x'.repeat(length) },
  });
  await saveOriginalDescription(kv, sized(408_000), 'here');
  expect((await loadOriginalDescription(kv, 'ordérs', 'here'))?.origin.metadata).toHaveLength(408_000);
  await expect(saveOriginalDescription(kv, sized(410_000), 'here')).rejects.toThrow(EntryTooLargeError);
  expect((await loadOriginalDescription(kv, 'ordérs', 'here'))?.origin.metadata).toHaveLength(408_000);
});

const entry = { format: 1, identity: 'here', description };

test.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['bytes that are no text', Buffer.of(0xff, 0xfe)],
  ['another format', JSON.stringify({ ...entry, format: 2 })],
  ['no identity', JSON.stringify({ ...entry, identity: undefined })],
  ['no key', JSON.stringify({ ...entry, description: { ...description, key: [] } })],
  ['a key of no known type', JSON.stringify({ ...entry, description: { ...description, key: [{ name: 'a' }] } })],
  ['an expiry that is no name', JSON.stringify({ ...entry, description: { ...description, ttlAttribute: 1 } })],
  ['an unknown engine', JSON.stringify({ ...entry, description: { ...description, origin: { engine: 'x' } } })],
])('an entry of %s is corrupt, not absent', async (_, stored) => {
  const kv = openMemoryKeyValueStore();
  await kv.set(partition, key, Buffer.from(stored));
  const loaded = loadOriginalDescription(kv, 'ordérs', 'here');
  await expect(loaded).rejects.toThrow(CorruptDataError);
  await expect(loaded).rejects.toThrow('table "ordérs"');
});
