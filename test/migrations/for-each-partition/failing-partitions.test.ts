import {
  LateWriterError,
  LeaseLostError,
  OutcomeUnknownError,
  StoreUnavailableError,
  ThrottledError,
} from '../../../src/errors.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { forEachPartition } from '../../../src/migrations/for-each-partition/for-each-partition.js';
import type { Store } from '../../../src/stores/store.js';
import { changePartition, partitionEntry } from '../../../src/versions/partition-versions.js';
import { CallEnded, drive, nextRun, withNewAttempts, type DriveOptions, type Kept } from './drive-migration.js';

let ledger: Ledger;
let store: Store;
let kept: Kept;
withNewAttempts((made) => ({ ledger, store, kept } = made));

type Migrate = Parameters<typeof forEachPartition>[0]['migrate'];

const listed = ['acme', 'blue', 'corp'];
const run = (migrate: Migrate, options: Partial<DriveOptions> = {}, attempts?: number): Promise<void> => {
  const given = { partitions: () => listed, migrate, ...(attempts === undefined ? {} : { attempts }) };
  return drive(forEachPartition(given), { store, ledger, ...options }, kept);
};
const entryOf = (id: string) => partitionEntry(store.keyValues, id);

describe('a partition that fails', () => {
  test('is tried again after growing waits, and leaves no trace when it succeeds', async () => {
    const tries: string[] = [];
    const sleeps: number[] = [];
    const failsTwice: Migrate = async (partition) => {
      tries.push(partition);
      if (partition === 'blue' && tries.filter((each) => each === 'blue').length < 3) throw new Error('not yet');
    };
    await run(failsTwice, { sleeps });
    expect(tries).toEqual(['acme', 'blue', 'blue', 'blue', 'corp']);
    expect(sleeps).toHaveLength(2);
    expect(await entryOf('blue')).toEqual({ dataVersion: 1, changedAt: expect.any(String) });
  });

  test('is recorded with its error while the others go on, and is all that the next run does', async () => {
    const tries: string[] = [];
    let broken = true;
    const migrate: Migrate = async (partition) => {
      tries.push(partition);
      if (partition === 'blue' && broken) throw new RangeError('41 is not 42');
    };
    await expect(run(migrate)).rejects.toMatchObject({
      name: 'PartitionsFailedError',
      message: '1 partition failed: blue (RangeError: 41 is not 42)',
      partitions: [{ partition: 'blue', message: 'RangeError: 41 is not 42' }],
    });
    expect(tries).toEqual(['acme', 'blue', 'blue', 'blue', 'corp']);
    const failure = { version: 1, name: 'RangeError', message: '41 is not 42', at: expect.any(String) };
    expect(await entryOf('blue')).toMatchObject({ dataVersion: 0, failure });
    const report = `failed-partitions/0/1`;
    expect(await ledger.document(kept.attempt, report)).toMatchObject({
      count: 1,
      partitions: [{ partition: 'blue' }],
    });

    nextRun(kept);
    await expect(run(migrate, {}, 1)).rejects.toThrow('1 partition failed');
    nextRun(kept);
    broken = false;
    await run(migrate);
    expect(tries.slice(5)).toEqual(['blue', 'blue']);
    expect(await entryOf('blue')).toEqual({ dataVersion: 1, changedAt: expect.any(String) });
    expect(await ledger.document(kept.attempt, report)).toEqual({ count: 0, partitions: [] });
  });

  test('is not waited for any more once it is parked', async () => {
    const migrate: Migrate = (partition) =>
      partition === 'blue' ? Promise.reject(new Error('no')) : Promise.resolve();
    await expect(run(migrate, {}, 1)).rejects.toThrow('blue (Error: no)');
    await changePartition(store.keyValues, 'blue', (entry) => ({
      ...(entry ?? { dataVersion: 0, changedAt: '2026-01-01T00:00:00.000Z' }),
      parked: { why: 'later', who: 'ann', at: '2026-01-01T00:00:00.000Z' },
    }));
    nextRun(kept);
    await run(migrate, {}, 1);
    expect(await entryOf('blue')).toMatchObject({ dataVersion: 0, parked: {} });
  });

  test('is one that its check refuses: it does not get the version', async () => {
    const definition = forEachPartition({
      partitions: () => listed,
      migrate: () => Promise.resolve(),
      check: async (partition) => {
        if (partition === 'corp') throw new Error('3 rows are left');
      },
    });
    await expect(drive(definition, { store, ledger }, kept)).rejects.toThrow('corp (Error: 3 rows are left)');
    expect(await entryOf('acme')).toMatchObject({ dataVersion: 1 });
    expect(await entryOf('corp')).toMatchObject({ dataVersion: 0 });
  });

  test.each([
    ['text', 'just text', "it threw 'just text'"],
    ['nothing', undefined, 'it threw undefined'],
    ['an object without a prototype', Object.create(null) as unknown, 'it threw'],
    ['half a surrogate pair', new Error('\ud83d'), '\ufffd'],
    ['a megabyte', new Error('x'.repeat(1_000_000)), 'xxxxx'],
    [
      'what cannot be read',
      new Proxy(new Error('secret'), {
        get(target, name) {
          if (name === 'message') throw new Error('not for you');
          return Reflect.get(target, name) as unknown;
        },
      }),
      'it threw what cannot be read',
    ],
  ])('may throw %s', async (_what, thrown, message) => {
    const migrate: Migrate = () => Promise.reject(thrown as Error);
    const failure = await run(migrate, {}, 1).catch((error: unknown) => error as Error);
    expect((failure as Error).message.length).toBeLessThan(2_000);
    expect((await entryOf('acme'))?.failure?.message).toContain(message);
    expect((await entryOf('acme'))?.failure?.message.length).toBeLessThanOrEqual(2_000);
  });

  test('names the first ten and says how many there are, within what a unit keeps of an error', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `${index} ${'é'.repeat(500)}`);
    const definition = forEachPartition({
      partitions: () => many,
      attempts: 1,
      migrate: () => Promise.reject(new Error('no room '.repeat(1_000))),
    });
    await expect(drive(definition, { store, ledger }, kept)).rejects.toThrow('1 partition failed');
    const fives = kept.units.flatMap(({ failure }) =>
      failure?.message.startsWith('5 partitions failed') ? [failure] : [],
    );
    expect(fives).toHaveLength(4);
    for (const { message } of fives) expect(message.length).toBeLessThan(2_000);
  });
});

describe('what is no fault of the partition', () => {
  test.each([new LeaseLostError('another run'), new LateWriterError('late')])(
    'ends the call at once and is recorded nowhere: %s',
    async (error) => {
      let tries = 0;
      await expect(run(() => Promise.reject(((tries += 1), error)))).rejects.toBe(error);
      expect(tries).toBe(1);
      expect(await entryOf('acme')).toBeUndefined();
    },
  );

  test('ends the call when nothing may be sent any more, also if migrate hides that behind its own error', async () => {
    const over = new StoreUnavailableError('the time of this call is over');
    let mayNot = false;
    let tries = 0;
    const assertMaySend = (): void => {
      if (mayNot) throw over;
    };
    const migrate: Migrate = async (_partition, context) => {
      mayNot = true;
      tries += 1;
      try {
        context.assertMaySend();
      } catch {
        throw new Error('could not save');
      }
    };
    await expect(run(migrate, { assertMaySend })).rejects.toBe(over);
    expect(tries).toBe(1);
    expect(await entryOf('acme')).toBeUndefined();
  });

  test.each([new ThrottledError('slow down'), new StoreUnavailableError('gone'), new OutcomeUnknownError('lost')])(
    'is thrown as it is when the call is ending, and tried again before: %s',
    async (error) => {
      let tries = 0;
      const ending = (): boolean => tries === 2;
      await expect(run(() => Promise.reject(((tries += 1), error)), { ending })).rejects.toBe(error);
      expect(tries).toBe(2);
    },
  );
});

test('a partition that fails slowly is not tried for ever: the tries of one run are counted over its calls', async () => {
  let tries = 0;
  const migrate: Migrate = () => Promise.reject(((tries += 1), new Error('slow')));
  const ending = (): boolean => tries > 0;
  const atSafePoint = (): 'stop' => 'stop';
  let failure: unknown;
  let calls = 0;
  for (; calls < 30; calls += 1) {
    failure = await run(migrate, { ending, atSafePoint }).catch((error: unknown) => error);
    if (!(failure instanceof CallEnded)) break;
  }
  expect(failure).toMatchObject({ name: 'PartitionsFailedError' });
  expect(tries).toBe(9);
  expect(calls).toBeGreaterThan(tries - 1);
});
