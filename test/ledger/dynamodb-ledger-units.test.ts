import { CorruptDataError, LateWriterError } from '../../src/errors.js';
import type { UnitRecord } from '../../src/ledger/ledger.js';
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

const collect = async <Value>(values: AsyncIterable<Value>): Promise<Value[]> => {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
};

/** Plans unit 0 and claims it for this token and owner. */
async function planned(token: number, owner: string): Promise<UnitRecord> {
  await context.ledger.planUnits(scope, [planOf(0)]);
  const { status, unit } = await context.ledger.claim(scope, 0, claimOf(context.clock, token, owner));
  expect(status).toBe('claimed');
  return unit;
}

describe('planning units', () => {
  test('records units that are not started', async () => {
    const { ledger, clock } = context;
    await ledger.planUnits(scope, [planOf(3)]);
    expect(await ledger.unit(scope, 3)).toEqual({
      scope,
      unit: 3,
      table: 'orders',
      work: { segment: 3 },
      sequence: 0,
      token: 0,
      items: 0,
      sizeBytes: 0,
      usage: { requests: 0, readUnits: 0, writeUnits: 0 },
      done: false,
      revision: 0,
      updatedAt: new Date(clock.now()).toISOString(),
    });
    expect(await ledger.unit(scope, 4)).toBeUndefined();
  });

  test('replaces a unit that nobody claimed, and no other', async () => {
    const { ledger, clock } = context;
    await ledger.planUnits(scope, [planOf(0), planOf(1)]);
    await ledger.claim(scope, 1, claimOf(clock, 1, 'a'));
    await ledger.planUnits(scope, [{ ...planOf(0), work: 'new' }, { ...planOf(1), work: 'new' }, planOf(2)]);
    expect(await collect(ledger.units(scope, 3))).toMatchObject([
      { unit: 0, work: 'new' },
      { unit: 1, work: { segment: 1 }, sequence: 1 },
      { unit: 2 },
    ]);
  });

  test('keeps hostile tables, works and cursors as they are', async () => {
    const { ledger, clock } = context;
    const hostile = JSON.parse('{"__proto__": {"": "\\ud800 é 𝒳"}, "#a": ":b", "n": 1e-7, "deep": [[[null]]]}');
    await ledger.planUnits(scope, [{ unit: 0, table: '"; drop\u0000 𝒳#%_', work: hostile }]);
    const claim = claimOf(clock, 1, 'ünit #0/"');
    const { unit } = await ledger.claim(scope, 0, claim);
    await ledger.checkpoint(unit, claim, { ...nothingDone, cursor: hostile });
    const stored = await ledger.unit(scope, 0);
    expect(stored?.table).toBe('"; drop\u0000 𝒳#%_');
    expect(JSON.stringify([stored?.work, stored?.cursor])).toBe(JSON.stringify([hostile, hostile]));
    expect(stored?.leaseOwner).toBe('ünit #0/"');
  });
});

describe('listing units', () => {
  test('gives 250 units in order over their pages, and digests only when they are asked for', async () => {
    const { ledger, clock } = context;
    await ledger.planUnits(
      scope,
      Array.from({ length: 250 }, (_, unit) => planOf(249 - unit)),
    );
    const claim = claimOf(clock, 1, 'a');
    const digest = new Uint8Array(24_000).fill(7);
    for (const unit of [99, 100, 249]) {
      const claimed = await ledger.claim(scope, unit, claim);
      await ledger.checkpoint(claimed.unit, claim, { ...nothingDone, items: unit, digest });
    }
    const units = await collect(ledger.units(scope, 250));
    expect(units.map(({ unit }) => unit)).toEqual(Array.from({ length: 250 }, (_, unit) => unit));
    expect(units.filter((unit) => unit.digest !== undefined)).toEqual([]);
    expect(units[100]).toMatchObject({ items: 100, sequence: 2 });
    const whole = await collect(ledger.units(scope, 250, { digests: true }));
    expect(whole.flatMap((unit) => (unit.digest === undefined ? [] : [unit.unit]))).toEqual([99, 100, 249]);
    expect(whole[249]?.digest).toEqual(digest);
  });

  test('reads on where a megabyte of digests ends an answer', async () => {
    const { ledger, clock } = context;
    await ledger.planUnits(
      scope,
      Array.from({ length: 60 }, (_, unit) => planOf(unit)),
    );
    const claim = claimOf(clock, 1, 'a');
    for (let unit = 0; unit < 60; unit += 1) {
      const claimed = await ledger.claim(scope, unit, claim);
      await ledger.checkpoint(claimed.unit, claim, { ...nothingDone, digest: new Uint8Array(24_000) });
    }
    expect(await collect(ledger.units(scope, 60, { digests: true }))).toHaveLength(60);
  });

  test('gives what is there below the count, and nothing of another scope', async () => {
    const { ledger } = context;
    await ledger.planUnits(scope, [planOf(0), planOf(2), planOf(7)]);
    await ledger.planUnits(`${scope}/0`, [planOf(1)]);
    await ledger.putDocument(scope, 'unit 000001', 'not a unit');
    expect((await collect(ledger.units(scope, 7))).map(({ unit }) => unit)).toEqual([0, 2]);
    expect(await collect(ledger.units('nobody', 500))).toEqual([]);
  });
});

describe('claiming a unit', () => {
  test('gives it to one call, and tells others that it is busy until its time is over', async () => {
    const { ledger, clock } = context;
    const first = await planned(1, 'a');
    expect(first).toMatchObject({ sequence: 1, token: 1, leaseOwner: 'a', leaseUntil: clock.now() + 60_000 });
    const busy = await ledger.claim(scope, 0, claimOf(clock, 1, 'b'));
    expect(busy).toMatchObject({ status: 'busy', unit: { leaseOwner: 'a', sequence: 1 } });
    clock.time += 60_000;
    const second = await ledger.claim(scope, 0, claimOf(clock, 1, 'b'));
    expect(second).toMatchObject({ status: 'claimed', unit: { leaseOwner: 'b', sequence: 2 } });
  });

  test('gives it to exactly one of many that come at once', async () => {
    const { another, ledger, clock } = context;
    await ledger.planUnits(scope, [planOf(0)]);
    const others = Array.from({ length: 8 }, (_, at) => ({ from: another(), owner: `call ${at}` }));
    const answers = await Promise.all(others.map(({ from, owner }) => from.claim(scope, 0, claimOf(clock, 1, owner))));
    const claimed = answers.filter(({ status }) => status === 'claimed');
    expect(claimed).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 'busy')).toHaveLength(7);
    expect(await ledger.unit(scope, 0)).toEqual(claimed[0]?.unit);
  });

  test('lets a larger token take it over at once, and refuses a smaller one', async () => {
    const { ledger, clock } = context;
    const old = await planned(1, 'a');
    const taken = await ledger.claim(scope, 0, claimOf(clock, 2, 'b'));
    expect(taken).toMatchObject({ status: 'claimed', unit: { token: 2, sequence: 2 } });
    await expect(ledger.claim(scope, 0, claimOf(clock, 1, 'a'))).rejects.toThrow(LateWriterError);
    await expect(ledger.checkpoint(old, claimOf(clock, 1, 'a'), nothingDone)).rejects.toThrow('token 2');
    expect(await ledger.unit(scope, 0)).toEqual(taken.unit);
  });

  test('says that a unit is done, to newer runs too, but not to older ones', async () => {
    const { ledger, clock } = context;
    const unit = await planned(2, 'a');
    await ledger.checkpoint(unit, claimOf(clock, 2, 'a'), { ...nothingDone, items: 5, done: true });
    for (const token of [2, 3]) {
      const answer = await ledger.claim(scope, 0, claimOf(clock, token, 'b'));
      expect(answer).toMatchObject({ status: 'done', unit: { items: 5, done: true } });
    }
    await expect(ledger.claim(scope, 0, claimOf(clock, 1, 'b'))).rejects.toThrow(LateWriterError);
  });

  test('brings back all that was saved, the digest too', async () => {
    const { ledger, clock } = context;
    const unit = await planned(1, 'a');
    const digest = Uint8Array.of(0, 1, 255);
    const saved = await ledger.checkpoint(unit, claimOf(clock, 1, 'a'), { ...nothingDone, cursor: [1], digest });
    await ledger.release(saved, claimOf(clock, 1, 'a'));
    const again = await ledger.claim(scope, 0, claimOf(clock, 1, 'b'));
    expect(again).toMatchObject({ status: 'claimed', unit: { cursor: [1], digest } });
    expect(await ledger.unit(scope, 0)).toEqual(again.unit);
  });

  test('remembers when the unit was claimed first', async () => {
    const { ledger, clock } = context;
    const first = await planned(1, 'a');
    clock.time += 5_000;
    const { unit } = await ledger.claim(scope, 0, claimOf(clock, 2, 'b'));
    expect(unit.startedAt).toBe(first.updatedAt);
    expect(unit.updatedAt).not.toBe(first.updatedAt);
  });

  test('refuses a unit that was never planned', async () => {
    await expect(context.ledger.claim(scope, 9, claimOf(context.clock, 1, 'a'))).rejects.toThrow(CorruptDataError);
  });
});

describe('releasing a unit', () => {
  test('lets the next call have it at once', async () => {
    const { ledger, clock } = context;
    const unit = await planned(1, 'a');
    await ledger.release(unit, claimOf(clock, 1, 'a'));
    const next = await ledger.claim(scope, 0, claimOf(clock, 1, 'b'));
    expect(next).toMatchObject({ status: 'claimed', unit: { leaseOwner: 'b' } });
  });

  test('does nothing when it is another call’s by now', async () => {
    const { ledger, clock } = context;
    const unit = await planned(1, 'a');
    const taken = await ledger.claim(scope, 0, claimOf(clock, 2, 'a'));
    await ledger.release(unit, claimOf(clock, 1, 'a'));
    await ledger.release(unit, claimOf(clock, 2, 'b'));
    expect(await ledger.unit(scope, 0)).toEqual(taken.unit);
  });
});
