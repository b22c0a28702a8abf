import { LateWriterError } from '../../src/errors.js';
import type { Checkpoint, UnitRecord } from '../../src/ledger/ledger.js';
import { claimOf, nothingDone, openTestLedger, planOf, type TestLedger } from './test-ledger.js';

let context: TestLedger;
let scopes = 0;
let scope = '';

beforeAll(async () => {
  context = await openTestLedger();
});

afterAll(() => context.stop());

beforeEach(() => {
  scope = `attempt-${(scopes += 1)}/migrate`;
});

async function claimed(token: number, owner: string): Promise<UnitRecord> {
  await context.ledger.planUnits(scope, [planOf(0)]);
  return (await context.ledger.claim(scope, 0, claimOf(context.clock, token, owner))).unit;
}

const page: Checkpoint = {
  cursor: { after: 'k9' },
  items: 10,
  sizeBytes: 2_850,
  usage: { requests: 3, readUnits: 0.5, writeUnits: 10 },
  done: false,
  revision: 4,
};

describe('a checkpoint', () => {
  test('adds what was done, and gives the unit as it is stored', async () => {
    const { ledger, clock } = context;
    const claim = claimOf(clock, 1, 'a');
    const once = await ledger.checkpoint(await claimed(1, 'a'), claim, page);
    const twice = await ledger.checkpoint(once, claim, { ...page, cursor: { after: 'k19' }, digest: Uint8Array.of(1) });
    expect(twice).toMatchObject({
      sequence: 3,
      cursor: { after: 'k19' },
      items: 20,
      sizeBytes: 5_700,
      usage: { requests: 6, readUnits: 1, writeUnits: 20 },
      revision: 4,
      leaseOwner: 'a',
    });
    expect(await ledger.unit(scope, 0)).toEqual(twice);
  });

  test('leaves cursor and digest as they are when it brings none', async () => {
    const { ledger, clock } = context;
    const claim = claimOf(clock, 1, 'a');
    const once = await ledger.checkpoint(await claimed(1, 'a'), claim, { ...page, digest: Uint8Array.of(1) });
    const twice = await ledger.checkpoint(once, claim, nothingDone);
    expect(twice).toMatchObject({ cursor: page.cursor, digest: Uint8Array.of(1), items: 10 });
    expect(await ledger.unit(scope, 0)).toEqual(twice);
  });

  test('that ends the unit frees its lease', async () => {
    const { ledger, clock } = context;
    const done = await ledger.checkpoint(await claimed(1, 'a'), claimOf(clock, 1, 'a'), { ...page, done: true });
    expect(done).not.toHaveProperty('leaseOwner');
    expect(done).not.toHaveProperty('leaseUntil');
    expect(await ledger.unit(scope, 0)).toEqual(done);
  });

  test('records capacity that is owed, which the next claim finds and a checkpoint without any takes back', async () => {
    const { ledger, clock } = context;
    const owed = { readUnits: 0.5, writeUnits: 4_970 };
    const claim = claimOf(clock, 1, 'a');
    await ledger.release(await ledger.checkpoint(await claimed(1, 'a'), claim, { ...page, owed }), claim);
    const again = await ledger.claim(scope, 0, claimOf(clock, 1, 'b'));
    expect(again).toMatchObject({ status: 'claimed', unit: { owed } });
    const paid = await ledger.checkpoint(again.unit, claimOf(clock, 1, 'b'), nothingDone);
    expect(paid).not.toHaveProperty('owed');
    expect(await ledger.unit(scope, 0)).toEqual(paid);
  });

  test('records a failure, which the next one takes back', async () => {
    const { ledger, clock } = context;
    const claim = claimOf(clock, 1, 'a');
    const failure = { name: 'ItemRefusedError', message: 'item {"id":"1"} is too large' };
    const failed = await ledger.checkpoint(await claimed(1, 'a'), claim, { ...nothingDone, failure });
    expect(await ledger.unit(scope, 0)).toMatchObject({ failure });
    const better = await ledger.checkpoint(failed, claim, nothingDone);
    expect(better).not.toHaveProperty('failure');
    expect(await ledger.unit(scope, 0)).toEqual(better);
  });

  test('sent twice counts once', async () => {
    const { ledger, clock } = context;
    const claim = claimOf(clock, 1, 'a');
    const unit = await claimed(1, 'a');
    const saved = await ledger.checkpoint(unit, claim, page);
    await expect(ledger.checkpoint(unit, claim, page)).rejects.toThrow(LateWriterError);
    expect(await ledger.unit(scope, 0)).toEqual(saved);
  });

  test.each<[string, number, string, string]>([
    ['an older token', 2, 'a', 'is at sequence 2 of token 2 and call a'],
    ['an older sequence number', 1, 'b', 'is at sequence 2 of token 1 and call b'],
  ])('of %s is refused, and says who has the unit', async (_, token, owner, said) => {
    const { ledger, clock } = context;
    const unit = await claimed(1, 'a');
    clock.time += 60_001;
    const newer = await ledger.claim(scope, 0, claimOf(clock, token, owner));
    expect(newer.status).toBe('claimed');
    const late = ledger.checkpoint(unit, claimOf(clock, 1, 'a'), page);
    await expect(late).rejects.toThrow(said);
    await expect(late).rejects.toThrow(LateWriterError);
    expect(await ledger.unit(scope, 0)).toEqual(newer.unit);
  });

  test('of a call that never claimed, or gave the lease back, is refused', async () => {
    const { ledger, clock } = context;
    const unit = await claimed(1, 'a');
    await expect(ledger.checkpoint(unit, claimOf(clock, 1, 'b'), page)).rejects.toThrow(LateWriterError);
    await ledger.release(unit, claimOf(clock, 1, 'a'));
    await expect(ledger.checkpoint(unit, claimOf(clock, 1, 'a'), page)).rejects.toThrow('no call');
    expect(await ledger.unit(scope, 0)).toMatchObject({ items: 0, sequence: 1 });
  });

  test('still counts after the lease ran out while nobody else came', async () => {
    const { ledger, clock } = context;
    const unit = await claimed(1, 'a');
    const claim = claimOf(clock, 1, 'a');
    clock.time += 120_000;
    expect(await ledger.checkpoint(unit, claim, page)).toMatchObject({ items: 10 });
  });
});

describe('resetting a unit', () => {
  test('makes it start from nothing, with its new plan, and puts late writers off', async () => {
    const { ledger, clock } = context;
    const claim = claimOf(clock, 1, 'a');
    const saved = await ledger.checkpoint(await claimed(1, 'a'), claim, { ...page, digest: Uint8Array.of(1) });
    await ledger.resetUnit(scope, { unit: 0, table: 'orders', work: 'again' }, 2);
    const reset = await ledger.unit(scope, 0);
    expect(reset).toMatchObject({ work: 'again', items: 0, sizeBytes: 0, token: 2, done: false });
    for (const name of ['cursor', 'digest', 'leaseOwner', 'startedAt']) expect(reset).not.toHaveProperty(name);
    await expect(ledger.checkpoint(saved, claim, page)).rejects.toThrow(LateWriterError);
    const next = await ledger.claim(scope, 0, claimOf(clock, 2, 'b'));
    expect(next).toMatchObject({ status: 'claimed', unit: { items: 0 } });
  });

  test('puts off a writer of the same token too', async () => {
    const { ledger, clock } = context;
    const unit = await claimed(1, 'a');
    await ledger.resetUnit(scope, planOf(0), 1);
    await expect(ledger.checkpoint(unit, claimOf(clock, 1, 'a'), page)).rejects.toThrow(LateWriterError);
  });

  test('takes a done unit back, makes a missing one, and refuses an older token', async () => {
    const { ledger, clock } = context;
    await ledger.checkpoint(await claimed(3, 'a'), claimOf(clock, 3, 'a'), { ...page, done: true });
    await expect(ledger.resetUnit(scope, planOf(0), 2)).rejects.toThrow(LateWriterError);
    await ledger.resetUnit(scope, planOf(0), 3);
    await ledger.resetUnit(scope, planOf(1), 3);
    expect(await ledger.claim(scope, 0, claimOf(clock, 3, 'b'))).toMatchObject({ status: 'claimed' });
    expect(await ledger.claim(scope, 1, claimOf(clock, 3, 'b'))).toMatchObject({ status: 'claimed' });
  });

  test('is not undone by a plan that is repeated late', async () => {
    const { ledger } = context;
    await claimed(1, 'a');
    await ledger.resetUnit(scope, { ...planOf(0), work: 'again' }, 2);
    await ledger.planUnits(scope, [planOf(0)]);
    expect(await ledger.unit(scope, 0)).toMatchObject({ work: 'again', token: 2 });
  });
});

describe('failing a unit from outside', () => {
  const failure = { name: 'States.Timeout', message: 'the function was ended' };

  test('records why, and leaves the call its lease and its next checkpoint', async () => {
    const { ledger, clock } = context;
    const unit = await claimed(1, 'a');
    await ledger.failUnit(scope, 0, 1, failure);
    expect(await ledger.unit(scope, 0)).toMatchObject({ failure, leaseOwner: 'a', sequence: 1 });
    await ledger.checkpoint(unit, claimOf(clock, 1, 'a'), page);
    expect(await ledger.unit(scope, 0)).not.toHaveProperty('failure');
  });

  test('does nothing to a unit that is done, of a newer token, or not there', async () => {
    const { ledger, clock } = context;
    const unit = await claimed(2, 'a');
    await ledger.failUnit(scope, 0, 1, failure);
    expect(await ledger.unit(scope, 0)).toEqual(unit);
    const done = await ledger.checkpoint(unit, claimOf(clock, 2, 'a'), { ...page, done: true });
    await ledger.failUnit(scope, 0, 2, failure);
    await ledger.failUnit(scope, 1, 2, failure);
    expect(await ledger.unit(scope, 0)).toEqual(done);
    expect(await ledger.unit(scope, 1)).toBeUndefined();
  });
});
