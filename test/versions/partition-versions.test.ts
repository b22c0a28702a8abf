import fc from 'fast-check';
import { CorruptDataError, InputError, PredicateFailedError } from '../../src/errors.js';
import { openMemoryKeyValueStore } from '../../src/kv/memory-key-value-store.js';
import {
  changePartition,
  partitionEntries,
  partitionEntry,
  partitionVersion,
  registerPartition,
  type PartitionEntry,
} from '../../src/versions/partition-versions.js';
import { changeState } from '../../src/versions/state-entry.js';
import { bytes, collect } from '../support/kv-bytes.js';
import { ManualClock } from '../support/manual-clock.js';

const at = '2026-01-01T00:00:00.000Z';
const entryOf = (dataVersion: number, more: Partial<PartitionEntry> = {}): PartitionEntry => ({
  dataVersion,
  changedAt: at,
  ...more,
});

const awkwardIds = [
  '\u0000',
  'a\u0000b',
  '\ufeffacme',
  'acme',
  'ACME',
  'é',
  'e\u0301',
  '../..',
  '"',
  '🦆',
  '__proto__',
];

describe('versions of partitions', () => {
  test('are one readable JSON entry each, under the id in UTF-8', async () => {
    const kv = openMemoryKeyValueStore();
    const failure = { version: 4, name: '0004_split', message: 'no name', at };
    const entry = entryOf(3, { parked: { why: 'no contract', who: 'ann', at }, failure });
    expect(await changePartition(kv, 'Bücher', () => entry)).toEqual(entry);
    const stored = await kv.get(bytes('carryover/partitions'), bytes('Bücher'));
    expect(JSON.parse(new TextDecoder().decode(stored?.value))).toEqual(entry);
    expect(await partitionEntry(kv, 'Bücher')).toEqual(entry);
    expect(await partitionEntry(kv, 'acme')).toBeUndefined();
  });

  test('are told apart and listed in the byte order of their ids, whatever these are', async () => {
    const id = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), fc.constantFrom(...awkwardIds));
    const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(ids, fc.nat(), async (all, start) => {
        const kv = openMemoryKeyValueStore({ pageEntries: 3 });
        for (const [version, each] of all.entries()) await registerPartition(kv, each, version);
        const versions = await Promise.all(all.map((each) => partitionVersion(kv, each)));
        expect(versions).toEqual([...all.keys()]);
        const ordered = [...all].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
        expect((await collect(partitionEntries(kv))).map((listed) => listed.id)).toEqual(ordered);
        const from = start % ordered.length;
        const rest = await collect(partitionEntries(kv, ordered[from]));
        expect(rest.map((listed) => listed.id)).toEqual(ordered.slice(from));
      }),
      { numRuns: 100 },
    );
  });

  test.each<[string, unknown, RegExp]>([
    ['an empty id', '', /this one is empty/],
    ['an id of 1,024 bytes', 'é'.repeat(512), /has 1024/],
    ['an id with half a surrogate pair', 'a\ud800', /has half a surrogate pair/],
    ['an id that is no text', 7, /this one is number/],
    ['no id', undefined, /this one is undefined/],
  ])('refuse %s everywhere', async (_name, given, message) => {
    const [kv, id] = [openMemoryKeyValueStore(), given as string];
    const calls = [
      () => partitionEntry(kv, id),
      () => partitionVersion(kv, id),
      () => changePartition(kv, id, () => entryOf(1)),
      () => registerPartition(kv, id, 1),
      ...(id === undefined ? [] : [() => collect(partitionEntries(kv, id))]),
    ];
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InputError);
      expect(String(error)).toMatch(message);
    }
    expect(await collect(partitionEntries(kv))).toEqual([]);
  });

  test('take an id of 1,023 bytes', async () => {
    const [kv, id] = [openMemoryKeyValueStore(), `${'é'.repeat(511)}x`];
    await registerPartition(kv, id, 2);
    expect(await partitionVersion(kv, id)).toBe(2);
  });

  test('are registered once: one that is there keeps its version and all else', async () => {
    const [kv, clock] = [openMemoryKeyValueStore(), new ManualClock()];
    expect(await registerPartition(kv, 'acme', 3, { clock })).toEqual(entryOf(3));
    clock.advance(1_000);
    for (const version of [2, 3, 9])
      expect(await registerPartition(kv, 'acme', version, { clock })).toEqual(entryOf(3));
    expect(await collect(partitionEntries(kv))).toEqual([{ id: 'acme', entry: entryOf(3) }]);
  });

  test('are the baseline of the database without an entry, and 0 without either', async () => {
    const kv = openMemoryKeyValueStore();
    expect(await partitionVersion(kv, 'acme')).toBe(0);
    await changeState(kv, (state) => ({ ...state, version: 6, baseline: 4 }));
    expect(await partitionVersion(kv, 'acme')).toBe(4);
    await registerPartition(kv, 'acme', 6);
    expect(await partitionVersion(kv, 'acme')).toBe(6);
  });

  test('take every change of many at once, each once', async () => {
    const kv = openMemoryKeyValueStore();
    const retry = { baseMs: 1, capMs: 10 };
    const next = (entry: PartitionEntry | undefined) => entryOf((entry?.dataVersion ?? 0) + 1);
    await Promise.all(Array.from({ length: 20 }, () => changePartition(kv, 'acme', next, { retry })));
    expect(await partitionVersion(kv, 'acme')).toBe(20);
  });

  test('are not written by a change that returns what it was given, or nothing, or throws', async () => {
    const kv = openMemoryKeyValueStore();
    expect(await changePartition(kv, 'acme', () => undefined)).toBeUndefined();
    await registerPartition(kv, 'acme', 1);
    const before = await kv.get(bytes('carryover/partitions'), bytes('acme'));
    await changePartition(kv, 'acme', (entry) => entry);
    await changePartition(kv, 'acme', () => undefined);
    const refusal = new Error('no');
    await expect(changePartition(kv, 'acme', () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(await kv.get(bytes('carryover/partitions'), bytes('acme'))).toEqual(before);
  });

  test('give up after bounded tries when others are faster each time', async () => {
    const kv = openMemoryKeyValueStore();
    let calls = 0;
    const overtaken = changePartition(
      kv,
      'acme',
      async () => {
        await changePartition(kv, 'acme', () => entryOf(++calls));
        return entryOf(0);
      },
      { retry: { attempts: 3, baseMs: 1 } },
    );
    await expect(overtaken).rejects.toThrow(PredicateFailedError);
    expect(calls).toBe(3);
  });

  test('cut a message that no entry could hold', async () => {
    const kv = openMemoryKeyValueStore();
    const failure = { version: 1, name: '0001_split', message: 'x'.repeat(1_000_000), at };
    const written = await changePartition(kv, 'acme', () => entryOf(0, { failure }));
    expect(written?.failure?.message).toBe(`${'x'.repeat(4_000)}…`);
    expect(await partitionEntry(kv, 'acme')).toEqual(written);
  });

  test.each([-1, 1.5, Number.NaN, '3'])('refuse the version %p before anything is written', async (version) => {
    const kv = openMemoryKeyValueStore();
    const registered = registerPartition(kv, 'acme', version as number);
    await expect(registered).rejects.toThrow(InputError);
    await expect(registered).rejects.toThrow(/^dataVersion: /);
    expect(await partitionEntry(kv, 'acme')).toBeUndefined();
  });

  test.each([
    ['is no JSON', '{'],
    ['is no UTF-8', '\xff'],
    ['has an unknown field', '{"dataVersion":1,"changedAt":"2026-01-01T00:00:00.000Z","more":1}'],
  ])('that were written so that an entry %s are named, and not written over', async (_name, text) => {
    const kv = openMemoryKeyValueStore();
    const value = Uint8Array.from(Buffer.from(text, 'latin1'));
    await kv.set(bytes('carryover/partitions'), bytes('acme'), value);
    const calls = [
      () => partitionEntry(kv, 'acme'),
      () => collect(partitionEntries(kv)),
      () => registerPartition(kv, 'acme', 1),
    ];
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CorruptDataError);
      expect(String(error)).toMatch(/entry of partition "acme"/);
    }
    expect((await kv.get(bytes('carryover/partitions'), bytes('acme')))?.value).toEqual(value);
  });

  test('that lie under an id of no text are named when they are listed', async () => {
    const kv = openMemoryKeyValueStore();
    await kv.set(bytes('carryover/partitions'), Uint8Array.of(0xff), bytes(JSON.stringify(entryOf(1))));
    await expect(collect(partitionEntries(kv))).rejects.toThrow(/partition ff has an id that is no UTF-8/);
  });
});
