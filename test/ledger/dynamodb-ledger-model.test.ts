import fc from 'fast-check';
import { CarryoverError, LateWriterError } from '../../src/errors.js';
import type { Claim, Ledger, UnitRecord } from '../../src/ledger/ledger.js';
import { noUsage } from '../../src/stores/store.js';
import { startFaultyProxy, type Fault, type FaultyProxy } from './faulty-proxy.js';
import { openTestLedger, planOf, type TestLedger } from './test-ledger.js';

/** What a unit has to carry: its cursor counts from 0 to this, and so must its items. */
const size = 40;
const leaseMs = 1_000;

let context: TestLedger;
let proxy: FaultyProxy;
let ledger: Ledger;
let scopes = 0;

beforeAll(async () => {
  context = await openTestLedger();
  proxy = await startFaultyProxy(context.endpoint);
  ledger = context.another({ endpoint: proxy.endpoint });
});

afterAll(async () => {
  await proxy.stop();
  await context.stop();
});

/** One worker: goes on from what its claim gave it, and keeps no more than a real one does. */
class Worker {
  private unit: UnitRecord | undefined;
  private claim: Claim | undefined;
  private previous: { unit: UnitRecord; claim: Claim; items: number } | undefined;

  constructor(
    private readonly scope: string,
    private readonly name: string,
  ) {}

  async claimUnit(token: number, call: number): Promise<void> {
    const claim = { token, owner: `${this.name} ${call}`, until: context.clock.now() + leaseMs };
    const answer = await ledger.claim(this.scope, 0, claim);
    if (answer.status !== 'claimed') return;
    this.unit = answer.unit;
    this.claim = claim;
  }

  async save(items: number): Promise<void> {
    const { unit, claim } = this;
    if (unit === undefined || claim === undefined || unit.done) return;
    this.previous = { unit, claim, items };
    this.unit = await this.send(unit, claim, items);
  }

  /** Sends its last checkpoint again, as it was. */
  async saveAgain(): Promise<void> {
    if (this.previous !== undefined) await this.send(this.previous.unit, this.previous.claim, this.previous.items);
  }

  async release(): Promise<void> {
    if (this.unit !== undefined && this.claim !== undefined) await ledger.release(this.unit, this.claim);
  }

  private send(unit: UnitRecord, claim: Claim, most: number): Promise<UnitRecord> {
    const from = (unit.cursor as number | undefined) ?? 0;
    const items = Math.min(most, size - from);
    const cursor = from + items;
    const digest = Uint8Array.of(cursor);
    const change = { cursor, items, sizeBytes: items * 10, usage: { ...noUsage, requests: items }, digest };
    return ledger.checkpoint(unit, claim, { ...change, done: cursor === size, revision: 1 });
  }
}

interface Move {
  readonly worker: 0 | 1;
  readonly act: 'claim' | 'take over' | 'save' | 'save again' | 'release' | 'reset' | 'plan' | 'wait' | 'deliver';
  readonly items: number;
  readonly fault: Fault | undefined;
  /** Begins before the move before it has ended. */
  readonly together: boolean;
}

const arbitraryMove: fc.Arbitrary<Move> = fc.record({
  worker: fc.constantFrom(0 as const, 1 as const),
  act: fc.oneof(
    { weight: 6, arbitrary: fc.constant('save' as const) },
    { weight: 3, arbitrary: fc.constant('claim' as const) },
    { weight: 4, arbitrary: fc.constantFrom('take over' as const, 'save again' as const, 'wait' as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('release' as const, 'reset' as const, 'plan' as const, 'deliver' as const),
    },
  ),
  items: fc.integer({ min: 0, max: 9 }),
  fault: fc.option(fc.constantFrom<Fault>('lose-answer', 'drop', 'throttle', 'late'), { nil: undefined, freq: 3 }),
  together: fc.boolean(),
});

class World {
  private token = 1;
  private calls = 0;
  private resets = 0;
  private readonly workers: readonly [Worker, Worker];

  constructor(readonly scope: string) {
    this.workers = [new Worker(scope, 'a'), new Worker(scope, 'b')];
  }

  async make(move: Move): Promise<void> {
    const worker = this.workers[move.worker];
    switch (move.act) {
      case 'claim':
        return worker.claimUnit(this.token, (this.calls += 1));
      case 'take over':
        return worker.claimUnit((this.token += 1), (this.calls += 1));
      case 'save':
        return worker.save(move.items);
      case 'save again':
        return worker.saveAgain();
      case 'release':
        return worker.release();
      case 'reset':
        return (this.resets += 1) > 2 ? undefined : ledger.resetUnit(this.scope, planOf(0), (this.token += 1));
      case 'plan':
        return ledger.planUnits(this.scope, [planOf(0)]);
      case 'deliver':
        return void (await proxy.deliver());
      case 'wait':
        context.clock.time += leaseMs;
    }
  }

  /** A worker that nothing disturbs finishes what is left. */
  async finish(): Promise<void> {
    const last = new Worker(this.scope, 'last');
    await last.claimUnit((this.token += 1), 0);
    for (let saves = 0; saves <= size; saves += 9) await last.save(9);
  }
}

/** What must hold at any moment: amounts, cursor and digest tell the same, and nothing goes back but by a reset. */
async function assertSound(scope: string, before: UnitRecord | undefined): Promise<UnitRecord> {
  const unit = await context.ledger.unit(scope, 0);
  if (unit === undefined) throw new Error('the unit is gone');
  const cursor = (unit.cursor as number | undefined) ?? 0;
  expect({ items: unit.items, sizeBytes: unit.sizeBytes, requests: unit.usage.requests }).toEqual({
    items: cursor,
    sizeBytes: cursor * 10,
    requests: cursor,
  });
  expect([...(unit.digest ?? [0])]).toEqual([cursor]);
  expect(unit.done).toBe(cursor === size);
  expect(unit.sequence).toBeGreaterThanOrEqual(before?.sequence ?? 0);
  expect(unit.token).toBeGreaterThanOrEqual(before?.token ?? 0);
  return unit;
}

async function play(moves: readonly Move[]): Promise<void> {
  const world = new World(`attempt-${(scopes += 1)}/migrate`);
  proxy.fault = () => undefined;
  await ledger.planUnits(world.scope, [planOf(0)]);
  let sound: UnitRecord | undefined;
  let running: Promise<void>[] = [];
  for (const move of moves) {
    if (!move.together) {
      await Promise.all(running);
      running = [];
      sound = await assertSound(world.scope, sound);
    }
    let fault = move.fault;
    proxy.fault = (operation) => {
      if (operation !== 'UpdateItem' && operation !== 'PutItem') return undefined;
      const now = fault;
      fault = undefined;
      return now;
    };
    running.push(world.make(move).catch(onlyLateWriters));
  }
  await Promise.all(running);
  proxy.fault = () => undefined;
  await assertSound(world.scope, sound);
  await world.finish();
  await proxy.deliver();
  const end = await assertSound(world.scope, sound);
  expect(end).toMatchObject({ done: true, items: size });
}

function onlyLateWriters(error: unknown): void {
  if (!(error instanceof LateWriterError)) throw error instanceof CarryoverError ? error : new Error(String(error));
}

test('two workers, in any order, with lost, late and repeated checkpoints, lose nothing and count nothing twice', async () => {
  await fc.assert(fc.asyncProperty(fc.array(arbitraryMove, { minLength: 10, maxLength: 40 }), play), { numRuns: 60 });
});
