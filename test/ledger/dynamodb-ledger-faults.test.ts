import { inspect } from 'node:util';
import { LateWriterError, StoreUnavailableError, ThrottledError } from '../../src/errors.js';
import type { Checkpoint, Ledger } from '../../src/ledger/ledger.js';
import { startFaultyProxy, type Fault, type FaultyProxy } from './faulty-proxy.js';
import { claimOf, nothingDone, openTestLedger, planOf, type TestLedger } from './test-ledger.js';

let context: TestLedger;
let proxy: FaultyProxy;
/** A ledger behind the proxy. */
let ledger: Ledger;
let scopes = 0;
let scope = '';

beforeAll(async () => {
  context = await openTestLedger();
  proxy = await startFaultyProxy(context.endpoint);
});

afterAll(async () => {
  await proxy.stop();
  await context.stop();
});

beforeEach(() => {
  scope = `attempt-${(scopes += 1)}/migrate`;
  proxy.fault = () => undefined;
  ledger = context.another({ endpoint: proxy.endpoint, requestTimeoutMs: 400 });
});

const page: Checkpoint = { ...nothingDone, cursor: 10, items: 10 };

/** Does this to the first `times` requests of an operation, and lets all others through. */
function inject(operation: string, fault: Fault, times = 1): void {
  let left = times;
  proxy.fault = (sent) => {
    if (sent !== operation || left === 0) return undefined;
    left -= 1;
    return fault;
  };
}

const faults: Fault[] = ['lose-answer', 'drop', 'throttle', 'hang'];

async function claimed(owner = 'a') {
  await context.ledger.planUnits(scope, [planOf(0)]);
  return (await context.ledger.claim(scope, 0, claimOf(context.clock, 1, owner))).unit;
}

test.each([...faults])('a request that meets "%s" is told as throttled where it was', async (fault) => {
  let throttles = 0;
  const watched = context.another({
    ...{ endpoint: proxy.endpoint, requestTimeoutMs: 400 },
    onThrottled: () => (throttles += 1),
  });
  inject('PutItem', fault, 2);
  await watched.planUnits(scope, [planOf(0)]);
  expect(throttles).toBe(fault === 'throttle' ? 2 : 0);
});

describe.each(faults)('when a request meets "%s"', (fault) => {
  test('a claim is still given, once', async () => {
    await context.ledger.planUnits(scope, [planOf(0)]);
    inject('UpdateItem', fault);
    const answer = await ledger.claim(scope, 0, claimOf(context.clock, 1, 'a'));
    // The sequence number may have grown twice: the request was sent again.
    expect(answer).toMatchObject({ status: 'claimed', unit: { leaseOwner: 'a' } });
    expect(await context.ledger.unit(scope, 0)).toEqual(answer.unit);
  });

  test('a checkpoint still counts, once', async () => {
    const unit = await claimed();
    inject('UpdateItem', fault, 2);
    const saved = await ledger.checkpoint(unit, claimOf(context.clock, 1, 'a'), page);
    expect(saved).toMatchObject({ sequence: 2, items: 10 });
    expect(await context.ledger.unit(scope, 0)).toEqual(saved);
  });

  test('plan, reset, failure and release go through', async () => {
    inject('PutItem', fault);
    await ledger.planUnits(scope, [planOf(0)]);
    const { unit } = await ledger.claim(scope, 0, claimOf(context.clock, 1, 'a'));
    inject('UpdateItem', fault);
    await ledger.release(unit, claimOf(context.clock, 1, 'a'));
    expect(await context.ledger.unit(scope, 0)).not.toHaveProperty('leaseOwner');
    inject('UpdateItem', fault);
    await ledger.failUnit(scope, 0, 1, { name: 'Error', message: 'ended' });
    expect(await context.ledger.unit(scope, 0)).toHaveProperty('failure');
    inject('PutItem', fault);
    await ledger.resetUnit(scope, planOf(0), 2);
    expect(await context.ledger.unit(scope, 0)).toMatchObject({ sequence: 2, token: 2 });
  });

  test('runs and documents are recorded, once', async () => {
    const run = { run: scope, input: null, who: 'anna', where: 'laptop', startedAt: '2026-11-02T08:00:00.000Z' };
    inject('PutItem', fault, 2);
    expect(await ledger.startRun(run)).toEqual({ ...run, updatedAt: run.startedAt, status: 'running', step: 'begin' });
    inject('UpdateItem', fault);
    await ledger.changeRun(scope, { step: 'setup' });
    expect(await context.ledger.run(scope)).toMatchObject({ step: 'setup' });
    inject('PutItem', fault);
    await ledger.putDocument(scope, 'plan', [1]);
    inject('PutItem', fault);
    await ledger.putDocument(scope, 'plan', [2]);
    expect(await context.ledger.document(scope, 'plan')).toEqual([2]);
  });

  test('units and documents are read to their end', async () => {
    await context.ledger.planUnits(scope, [planOf(0), planOf(1)]);
    inject('Query', fault);
    const units: number[] = [];
    for await (const { unit } of ledger.units(scope, 2)) units.push(unit);
    expect(units).toEqual([0, 1]);
  });
});

describe('a ledger that stays away', () => {
  test.each<[Fault, typeof ThrottledError | typeof StoreUnavailableError]>([
    ['throttle', ThrottledError],
    ['drop', StoreUnavailableError],
    ['hang-undone', StoreUnavailableError],
  ])('ends a call that meets "%s" again and again with an error of its own', async (fault, error) => {
    const unit = await claimed();
    inject('UpdateItem', fault, Number.POSITIVE_INFINITY);
    const saving = ledger.checkpoint(unit, claimOf(context.clock, 1, 'a'), page);
    await expect(saving).rejects.toThrow(error);
    await expect(saving).rejects.toThrow(`the ledger in dynamodb://eu-central-1/${context.table}`);
    expect(await context.ledger.unit(scope, 0)).toEqual(unit);
  });

  test('may have saved a checkpoint whose answers were all lost: the next call goes on from it', async () => {
    const unit = await claimed();
    proxy.fault = () => 'lose-answer';
    await expect(ledger.checkpoint(unit, claimOf(context.clock, 1, 'a'), page)).rejects.toThrow(StoreUnavailableError);
    proxy.fault = () => undefined;
    const next = await ledger.claim(scope, 0, claimOf(context.clock, 2, 'b'));
    expect(next.unit).toMatchObject({ items: 10, cursor: 10, sequence: 3 });
  });
});

describe('a request that arrives after it was given up', () => {
  test('changes nothing when its checkpoint was sent again', async () => {
    const unit = await claimed();
    inject('UpdateItem', 'late');
    const saved = await ledger.checkpoint(unit, claimOf(context.clock, 1, 'a'), page);
    expect(await proxy.deliver()).toBe(1);
    expect(await context.ledger.unit(scope, 0)).toEqual(saved);
  });

  test('changes nothing when its claim was sent again: the checkpoint of the call that was let in counts', async () => {
    await context.ledger.planUnits(scope, [planOf(0)]);
    inject('UpdateItem', 'late');
    const { unit } = await ledger.claim(scope, 0, claimOf(context.clock, 1, 'a'));
    expect(await proxy.deliver()).toBe(1);
    expect(await context.ledger.unit(scope, 0)).toEqual(unit);
    expect(await ledger.checkpoint(unit, claimOf(context.clock, 1, 'a'), page)).toMatchObject({ items: 10 });
  });

  test('changes nothing when a newer run has the unit', async () => {
    const unit = await claimed();
    inject('UpdateItem', 'late', Number.POSITIVE_INFINITY);
    await expect(ledger.checkpoint(unit, claimOf(context.clock, 1, 'a'), page)).rejects.toThrow(StoreUnavailableError);
    const newer = await context.ledger.claim(scope, 0, claimOf(context.clock, 2, 'b'));
    expect(await proxy.deliver()).toBe(4);
    expect(await context.ledger.unit(scope, 0)).toEqual(newer.unit);
  });

  test('brings no old reset and no old document back', async () => {
    const unit = await claimed();
    inject('PutItem', 'late', 1);
    await ledger.resetUnit(scope, planOf(0), 1);
    const again = await context.ledger.claim(scope, 0, claimOf(context.clock, 1, 'b'));
    const saved = await context.ledger.checkpoint(again.unit, claimOf(context.clock, 1, 'b'), page);
    await ledger.putDocument(scope, 'plan', 1);
    inject('PutItem', 'late', 1);
    await ledger.putDocument(scope, 'plan', 2);
    await ledger.putDocument(scope, 'plan', 3);
    expect(await proxy.deliver()).toBe(2);
    expect(await context.ledger.unit(scope, 0)).toEqual(saved);
    expect(await context.ledger.document(scope, 'plan')).toBe(3);
    expect(unit.sequence).toBeLessThan(saved.sequence);
  });
});

describe('a lost answer whose unit went on', () => {
  test('is a late writer, and what it saved is counted', async () => {
    const unit = await claimed();
    let taken: Promise<unknown> | undefined;
    proxy.fault = (operation) => {
      if (operation !== 'UpdateItem' || taken !== undefined) return undefined;
      taken = Promise.resolve();
      return 'lose-answer';
    };
    // Between the lost answer and the second try, a newer run claims the unit.
    const sleep = async () => {
      taken = context.ledger.claim(scope, 0, claimOf(context.clock, 2, 'b'));
      await taken;
    };
    const slow = context.another({
      endpoint: proxy.endpoint,
      clock: { ...context.clock, now: context.clock.now, sleep },
    });
    await expect(slow.checkpoint(unit, claimOf(context.clock, 1, 'a'), page)).rejects.toThrow(LateWriterError);
    expect(await context.ledger.unit(scope, 0)).toMatchObject({ items: 10, token: 2, leaseOwner: 'b' });
  });
});

describe('secrets', () => {
  const credentials = { accessKeyId: 'AKIASECRETID', secretAccessKey: 'secret-key', sessionToken: 'session-token' };

  test.each<[Fault, string]>([
    ['drop', 'StoreUnavailableError'],
    ['bad-signature', 'InputError'],
  ])('are in no error when requests meet "%s"', async (fault, name) => {
    inject('GetItem', fault, Number.POSITIVE_INFINITY);
    const one = context.another({ endpoint: proxy.endpoint, credentials: { ...credentials } });
    const error = await one.run('r1').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name });
    for (const secret of Object.values(credentials)) expect(inspect(error, { depth: 20 })).not.toContain(secret);
  });
});
