import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../../src/errors.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openArchiveStore } from '../../src/stores/archive/archive-store.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import { runCopy, testLedger } from '../support/copy-run.js';
import { testDynamodb } from '../support/dynamodb.js';
import { filled, itemsOf } from './memory-stores.js';

let engine: Awaited<ReturnType<typeof testDynamodb>>;
let one: Ledger;
let two: Ledger;
beforeAll(async () => {
  engine = await testDynamodb();
  [one, two] = [await testLedger(engine.endpoint), await testLedger(engine.endpoint)];
});
afterAll(async () => {
  await Promise.all([one.close(), two.close()]);
  await engine.stop();
});

const settings = { leaseMs: 1_000, requestTimeoutMs: 200 };
/** Ends a run after Validate, with its generation open. */
const undecided = { Judge: () => Promise.reject(new InputError([{ field: 'test', message: 'dies here' }])) };

describe('an attempt that two ledgers work on', () => {
  test.each([
    ['a run of the other ledger worked on it in between', () => [one, two]],
    ['an earlier run had seen all of it', () => [one]],
  ])('is validated anew where %s', async (_what, ledgers) => {
    const stores = { source: await filled(20), target: openMemoryStore() };
    for (const ledger of ledgers()) await runCopy({ stores, ledger, settings, handlers: undecided }, {});
    await stores.target.remove?.('orders', [{ id: { S: 'item-7' } }]);
    const { run } = await runCopy({ stores, ledger: one, settings }, {});
    expect(run).toMatchObject({ exitCode: 1, generation: 2, error: { name: 'ValidationFailedError' } });
  });

  describe('into an archive, whose parts are named by units', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'two-ledgers-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    const archive = (): Store =>
      openArchiveStore({
        place: { kind: 'disk', path: folder },
        location: `archive:${folder}`,
        requestTimeoutMs: 2_000,
      });

    /** The source, and a copy of it that fails in the last of its segments when all others are carried. */
    async function copies(): Promise<{
      source: Store;
      copy(ledger: Ledger, segments: number, end: string): Promise<void>;
    }> {
      const source = await filled(60);
      const read = source.read.bind(source);
      let last = 0;
      source.read = (segment, from, options) => {
        if (segment.index === last) throw new TypeError('this segment is beyond reading');
        return read(segment, from, options);
      };
      return {
        source,
        async copy(ledger, segments, end) {
          last = end === 'fails' ? segments - 1 : -1;
          const { run } = await runCopy({ stores: { source, target: archive() }, ledger, settings }, { segments });
          expect(run.exitCode).toBe(end === 'fails' ? 3 : 0);
        },
      };
    }

    test('makes the table anew, so that no part of the other plan stays', async () => {
      const { source, copy } = await copies();
      await copy(one, 6, 'fails');
      await copy(two, 3, 'succeeds');
      expect(await itemsOf(archive(), 'orders')).toEqual(await itemsOf(source, 'orders'));
    });

    test('makes it anew for the first ledger too, which goes on with its own plan', async () => {
      const { source, copy } = await copies();
      await copy(one, 3, 'fails');
      await copy(two, 6, 'fails');
      await copy(one, 3, 'succeeds');
      expect(await itemsOf(archive(), 'orders')).toEqual(await itemsOf(source, 'orders'));
    });
  });
});
