import fc from 'fast-check';
import { CorruptDataError, InputError, LateWriterError } from '../../src/errors.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import { appliedHistory, history, historyEntry, putHistory, type HistoryEntry } from '../../src/versions/history.js';
import { bytes, collect } from '../support/kv-bytes.js';

const entryOf = (version: number, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  version,
  name: 'split_name',
  kind: 'for-each-partition',
  how: 'applied',
  checksum: 'c0ffee',
  startedAt: '2026-01-01T00:00:00.000Z',
  completedAt: '2026-01-01T00:00:12.500Z',
  durationSeconds: 12.5,
  items: 7,
  who: 'ann',
  run: 'r1',
  token: 3,
  ...more,
});

describe('history', () => {
  test('is one readable JSON entry a version, under ten digits', async () => {
    const kv = openMemoryKeyValueStore();
    await putHistory(kv, entryOf(12));
    const stored = await kv.get(bytes('carryover/history'), bytes('0000000012'));
    expect(JSON.parse(new TextDecoder().decode(stored?.value))).toEqual(entryOf(12));
    expect(await historyEntry(kv, 12)).toEqual(entryOf(12));
    expect(await historyEntry(kv, 1)).toBeUndefined();
  });

  test('comes in the order of versions, whatever the order of writing, and up to the version that is asked for', async () => {
    const version = fc.oneof(fc.nat(30), fc.nat(9_999_999_999));
    await fc.assert(
      fc.asyncProperty(fc.array(version, { maxLength: 40 }), version, async (versions, applied) => {
        const kv = openMemoryKeyValueStore({ pageEntries: 3 });
        for (const each of versions) await putHistory(kv, entryOf(each));
        const ordered = [...new Set(versions)].sort((a, b) => a - b);
        expect((await collect(history(kv))).map((entry) => entry.version)).toEqual(ordered);
        expect((await collect(appliedHistory(kv, applied))).map((entry) => entry.version)).toEqual(
          ordered.filter((each) => each <= applied),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('is written again by the same owner and by a later one, and by none before', async () => {
    const kv = openMemoryKeyValueStore();
    await putHistory(kv, entryOf(1, { items: 1 }));
    await putHistory(kv, entryOf(1, { items: 2 }));
    await putHistory(kv, entryOf(1, { items: 3, token: 4, run: 'r2' }));
    const late = putHistory(kv, entryOf(1, { items: 4 }));
    await expect(late).rejects.toThrow(LateWriterError);
    await expect(late).rejects.toThrow(/version 1 was written by run r2 \(token 4\) since; run r1 \(token 3\)/);
    expect(await collect(history(kv))).toEqual([entryOf(1, { items: 3, token: 4, run: 'r2' })]);
  });

  test('keeps the entry of the largest token when many write at once', async () => {
    const kv = openMemoryKeyValueStore();
    const retry = { baseMs: 1, capMs: 5 };
    const tokens = Array.from({ length: 20 }, (_each, token) => (token * 7) % 20);
    await Promise.allSettled(tokens.map((token) => putHistory(kv, entryOf(1, { token }), { retry })));
    expect(await historyEntry(kv, 1)).toMatchObject({ token: 19 });
  });

  test.each([
    ['a version that is no number', { version: Number.NaN }, /version/],
    ['a version of eleven digits', { version: 10_000_000_000 }, /version/],
    ['a time that is none', { completedAt: 'yesterday' }, /completedAt/],
    ['a negative count', { items: -1 }, /items/],
  ])('refuses %s before anything is written', async (_name, more, message) => {
    const kv = openMemoryKeyValueStore();
    const put = putHistory(kv, entryOf(1, more));
    await expect(put).rejects.toThrow(InputError);
    await expect(put).rejects.toThrow(message);
    expect(await collect(history(kv))).toEqual([]);
  });

  test.each([
    ['no JSON', '{'],
    ['a missing field', '{"version":1}'],
    ['the entry of another version', JSON.stringify(entryOf(2))],
  ])('that holds %s is named, and not written over', async (_name, text) => {
    const kv = openMemoryKeyValueStore();
    const at = [bytes('carryover/history'), bytes('0000000001')] as const;
    await kv.set(...at, bytes(text));
    const calls = [() => historyEntry(kv, 1), () => collect(history(kv)), () => putHistory(kv, entryOf(1))];
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CorruptDataError);
      expect(String(error)).toMatch(/history of version "0000000001"/);
    }
    expect((await kv.get(...at))?.value).toEqual(bytes(text));
  });
});
