import { localHandlers } from '../../src/cli/handlers.js';
import type { Clock } from '../../src/clock.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { Handler } from '../../src/local/state-machine.js';
import type { Item } from '../../src/stores/item.js';
import type { Store } from '../../src/stores/store.js';
import { systemClock } from '../../src/system-clock.js';
import { runCopy, testDependencies, withTestLedgers } from '../support/copy-run.js';
import { storeOf, things } from './things.js';

let ledger: Ledger;
withTestLedgers(1, ([made]) => (ledger = made));

/** An hour passes between the end of Validate and Locate; what `meanwhile` does happens then. */
async function validated(stores: Record<'source' | 'target', Store>, meanwhile: () => Promise<unknown> | undefined) {
  let aheadMs = 0;
  const clock: Clock = {
    now: () => systemClock.now() + aheadMs,
    monotonic: () => systemClock.monotonic(),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
  };
  const options = { stores, ledger, clock };
  const locate = localHandlers(testDependencies(options))['LocateUnit'] as Handler;
  let changed: Promise<unknown> | undefined;
  const handlers: Record<string, Handler> = {
    LocateUnit: async (event, context) => {
      aheadMs = 3_600_000;
      await (changed ??= Promise.resolve(meanwhile()));
      return await locate(event, context);
    },
  };
  const { run, tables } = await runCopy({ ...options, handlers }, { steps: ['validate'], segments: 2 });
  return { exitCode: run.exitCode, message: run.error?.message, verdict: tables[0]?.verdict };
}

const ttl = { ttlAttribute: 'until' };
const kept = things(40);
const inMs = (ms: number): string => String(Math.floor((Date.now() + ms) / 1_000));
/** Expires while the run validates. */
const passing = (id: string, note = ''): Item => ({ id: { S: id }, until: { N: inMs(60_000) }, note: { S: note } });
/** Expires later. */
const lasting = (id: string): Item => ({ id: { S: id }, until: { N: inMs(86_400_000) } });

describe('an item that expires during validation', () => {
  test('is no difference where one side lacks it: the run completes', async () => {
    const stores = {
      source: await storeOf([...kept, passing('a')], ttl),
      target: await storeOf([...kept, passing('b')], ttl),
    };
    const { exitCode, verdict } = await validated(stores, () => undefined);
    expect(exitCode).toBe(0);
    expect(verdict).toMatchObject({ equal: true, differences: { missing: 0, extra: 0, changed: 0, expired: 2 } });
  });

  test('is no difference either when it is gone from both sides by the time they are read again', async () => {
    const stores = { source: await storeOf([...kept, passing('a')], ttl), target: await storeOf(kept, ttl) };
    const gone = () => stores.source.remove?.('things', [{ id: { S: 'a' } }]);
    expect(await validated(stores, gone)).toMatchObject({ exitCode: 0, verdict: { equal: true } });
  });

  test('does not hide the differences beside it', async () => {
    const stores = {
      source: await storeOf([...kept, passing('a'), lasting('c')], ttl),
      target: await storeOf(kept, ttl),
    };
    const { exitCode, message, verdict } = await validated(stores, () => undefined);
    expect({ exitCode, message }).toEqual({
      exitCode: 1,
      message:
        'table "things" differs: 1 missing, 0 extra, 0 changed, beside 1 that expired meanwhile; missing: {"id":"c"}',
    });
    expect(verdict).toMatchObject({ equal: false, differences: { missing: 1, expired: 1 } });
  });

  test('is a difference where both sides have it, and not the same', async () => {
    const stores = {
      source: await storeOf([...kept, passing('a', 'this')], ttl),
      target: await storeOf([...kept, passing('a', 'that')], ttl),
    };
    expect(await validated(stores, () => undefined)).toMatchObject({
      exitCode: 1,
      verdict: { differences: { changed: 1 } },
    });
  });
});

describe('a table whose items do not expire', () => {
  test('differs although nothing is found when it is read again: somebody writes to it', async () => {
    const stores = { source: await storeOf([...kept, passing('a')]), target: await storeOf(kept) };
    const gone = () => stores.source.remove?.('things', [{ id: { S: 'a' } }]);
    const { exitCode, message, verdict } = await validated(stores, gone);
    expect(exitCode).toBe(1);
    expect(message).toContain('it was written to meanwhile, run again');
    expect(verdict).toMatchObject({ equal: false, differences: { missing: 0, extra: 0, changed: 0 } });
  });
});
