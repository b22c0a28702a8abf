import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import type { Store } from '../../../src/stores/store.js';
import { registerPartition } from '../../../src/versions/partition-versions.js';
import { CallEnded, drive, nextRun, setUp, withNewAttempts, type Kept } from './drive-migration.js';

let ledger: Ledger;
let store: Store;
let kept: Kept;
withNewAttempts((made) => ({ ledger, store, kept } = made));

/** The partitions of each unit. */
async function planned(): Promise<string[][]> {
  const chunks: string[][] = [];
  for (const { work } of kept.units) {
    const { round, chunk } = work as { round: number; chunk: number };
    const body = await ledger.document(kept.attempt, `partitions/${round}/${chunk}`);
    chunks.push((body as { partitions: string[] }).partitions);
  }
  return chunks;
}

/** Calls Setup until it is done; answers how many calls that took. */
async function setUpInCalls(definition: ReturnType<typeof forEachPartition>, options: object): Promise<number> {
  for (let calls = 1; ; calls += 1) {
    try {
      await setUp(definition, { store, ledger, ...options }, kept);
      return calls;
    } catch (error) {
      if (!(error instanceof CallEnded)) throw error;
    }
  }
}

test('plans 100,000 partitions into far fewer units, and holds no more than one unit of them', async () => {
  const count = 100_000;
  let [listed, written, mostHeld] = [0, 0, 0];
  const definition = forEachPartition({
    async *partitions() {
      for (; listed < count;) {
        listed += 1;
        mostHeld = Math.max(mostHeld, listed - written);
        yield `tenant ${listed}`;
      }
    },
    migrate: () => Promise.resolve(),
  });
  const counting: Ledger = Object.assign(Object.create(ledger) as Ledger, {
    async changeDocument(scope: string, name: string, change: (body: Json | undefined) => Json) {
      const body = await ledger.changeDocument(scope, name, change);
      if (typeof body === 'object' && body !== null && 'partitions' in body)
        written += (body.partitions as Json[]).length;
      return body;
    },
  });
  await setUp(definition, { store, ledger: counting }, kept);
  expect(written).toBe(count);
  expect(mostHeld).toBeLessThanOrEqual(1_000 + 64);
  expect(kept.units.length).toBeLessThan(1_100);
});

test('gives the first units one partition each, so that a few of them keep several workers busy', async () => {
  const definition = forEachPartition({
    partitions: () => Array.from({ length: 200 }, (_, index) => `${index}`),
    migrate: () => Promise.resolve(),
  });
  await setUp(definition, { store, ledger }, kept);
  const sizes = (await planned()).map(({ length }) => length);
  expect(sizes).toEqual([...Array<number>(20).fill(1), ...Array<number>(36).fill(5)]);
});

test('plans ids as long as they may be, in documents that the ledger takes', async () => {
  // Half of all bytes are escaped in JSON, to six times their length.
  const long = (index: number): string => `${'\u0001'.repeat(500)}${'é'.repeat(250)}${index}`;
  const ids = Array.from({ length: 5 }, (_, index) => long(index));
  const definition = forEachPartition({ partitions: () => ids, migrate: () => Promise.resolve() });
  await drive(definition, { store, ledger }, kept);
  expect((await planned()).flat()).toEqual(ids);
});

describe.each([
  ['of its own', true],
  ['of those that are registered', false],
])('Setup that is stopped in a listing %s', (_which, own) => {
  const ids = Array.from({ length: 133 }, (_, index) => `tenant ${String(index).padStart(3, '0')}`);
  const definition = forEachPartition({ ...(own ? { partitions: () => ids } : {}), migrate: () => Promise.resolve() });
  beforeEach(async () => {
    if (own) return;
    for (const id of ids) await registerPartition(store.keyValues, id, 0);
  });

  test.each([
    ['at each safe point', () => 'stop' as const],
    ['at each third one, which is lost too', ((n) => () => (n++ % 3 === 2 ? ('kill' as const) : 'go on'))(0)],
  ])('%s goes on there, with no partition twice and none left out', async (_how, atSafePoint) => {
    const calls = await setUpInCalls(definition, { atSafePoint });
    expect(calls).toBeGreaterThan(5);
    expect((await planned()).flat()).toEqual(ids);
  });

  test('plans what it has gathered when the call is ending', async () => {
    await setUpInCalls(definition, { ending: () => true });
    const chunks = await planned();
    expect(chunks.flat()).toEqual(ids);
    expect(chunks.every(({ length }) => length === 1)).toBe(true);
  });

  test('is not planned again by the next run once it is complete', async () => {
    await setUp(definition, { store, ledger }, kept);
    const before = await planned();
    nextRun(kept);
    await setUp(definition, { store, ledger }, kept);
    expect(await planned()).toEqual(before);
  });

  test('comes to a safe point among many that need nothing', async () => {
    const many = Array.from({ length: 3_500 }, (_, index) => `done ${index}`);
    for (const id of many) await registerPartition(store.keyValues, id, 1);
    const listing = forEachPartition({
      ...(own ? { partitions: () => [...many, 'late'] } : {}),
      migrate: () => Promise.resolve(),
    });
    const calls = await setUpInCalls(listing, { atSafePoint: () => 'stop' });
    expect(calls).toBeGreaterThan(3);
    expect((await planned()).flat()).toEqual(own ? ['late'] : ids);
  });
});

test('a wave has as many partitions as it says, also when its Setup was stopped', async () => {
  const ids = Array.from({ length: 40 }, (_, index) => `${index}`);
  const definition = forEachPartition({ partitions: () => ids, waves: [33, 'all'], migrate: () => Promise.resolve() });
  await setUpInCalls(definition, { atSafePoint: () => 'stop' });
  expect((await planned()).flat()).toEqual(ids.slice(0, 33));
});

test('a planner that was left behind changes nothing that its successor has planned', async () => {
  let goOn = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (goOn = resolve));
  const late: Kept = structuredClone(kept);
  const definition = (listed: readonly string[], until?: Promise<void>) =>
    forEachPartition({
      async *partitions() {
        await until;
        yield* listed;
      },
      migrate: () => Promise.resolve(),
    });
  const left = setUp(definition(['x', 'y'], waiting), { store, ledger, atSafePoint: () => 'stop' }, late);
  await setUp(definition(['a', 'b', 'c']), { store, ledger }, kept);
  goOn();
  await expect(left).rejects.toThrow(CallEnded);
  expect((await planned()).flat()).toEqual(['a', 'b', 'c']);
  nextRun(kept);
  await setUp(definition(['a', 'b', 'c', 'd']), { store, ledger }, kept);
  expect((await planned()).flat()).toEqual(['a', 'b', 'c']);
});

test('what is gathered for a unit is listed again when a call is stopped before it is planned', async () => {
  // Twenty units of one partition each, and three partitions of the next unit, which has five.
  const lagging = Array.from({ length: 23 }, (_, index) => `tenant ${index}`);
  const done = Array.from({ length: 2_500 }, (_, index) => `done ${index}`);
  for (const id of done) await registerPartition(store.keyValues, id, 1);
  const definition = forEachPartition({
    partitions: () => [...lagging, ...done, 'last'],
    migrate: () => Promise.resolve(),
  });
  let points = 0;
  expect(await setUpInCalls(definition, { atSafePoint: () => ((points += 1) === 21 ? 'stop' : 'go on') })).toBe(2);
  expect((await planned()).flat()).toEqual([...lagging, 'last']);
});

test('a partition that is migrated alone has one unit, however often that is planned', async () => {
  const definition = forEachPartition({ partitions: () => ['a', 'b'], migrate: () => Promise.resolve() });
  for (let runs = 0; runs < 3; runs += 1) {
    await setUp(definition, { store, ledger, partition: 'b' }, kept);
    nextRun(kept);
  }
  expect(kept.units.map(({ table }) => table)).toEqual(['partition b, part 1']);
});

test.each([
  ['no text', 7],
  ['an empty id', ''],
  ['half a surrogate pair', '\ud800'],
  ['1,024 bytes', 'x'.repeat(1_024)],
])('a listing with %s is refused, with its place', async (_what, id) => {
  const definition = forEachPartition({ partitions: () => ['a', id as string], migrate: () => Promise.resolve() });
  const driven = drive(definition, { store, ledger }, kept);
  await expect(driven).rejects.toMatchObject({
    name: 'InputError',
    message: expect.stringContaining('the 2. of them'),
  });
});

test('a listing that is left early is ended', async () => {
  let ended = false;
  const definition = forEachPartition({
    waves: [1],
    async *partitions() {
      try {
        for (let index = 0; ; index += 1) yield `${index}`;
      } finally {
        ended = true;
      }
    },
    migrate: () => Promise.resolve(),
  });
  await setUp(definition, { store, ledger }, kept);
  expect(ended).toBe(true);
  expect((await planned()).flat()).toEqual(['0']);
});

test('looks once more, in the run that completes, for those that came after an earlier run had looked', async () => {
  const migrated: string[] = [];
  const definition = forEachPartition({
    migrate: (partition) => Promise.resolve(void migrated.push(partition)),
  });
  await registerPartition(store.keyValues, 'early', 0);
  await drive(definition, { store, ledger }, kept);
  // That run died before its Complete.
  kept.complete = false;
  nextRun(kept);
  await registerPartition(store.keyValues, 'late', 0);
  await drive(definition, { store, ledger }, kept);
  expect(migrated).toEqual(['early', 'late']);
});
