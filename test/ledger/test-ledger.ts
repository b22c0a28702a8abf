import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/clock.js';
import { openDynamodbLedger, type DynamodbLedgerOptions } from '../../src/ledger/dynamodb-ledger.js';
import type { Checkpoint, Claim, Ledger, UnitPlan } from '../../src/ledger/ledger.js';
import { noUsage } from '../../src/stores/store.js';
import { testDynamodb } from '../support/dynamodb.js';

/** A clock that a test sets. Nobody waits by it: pauses are over at once. */
export class SetClock implements Clock {
  time = Date.parse('2026-11-02T08:00:00.000Z');
  now = () => this.time;
  monotonic = () => this.time;
  sleep = () => new Promise<void>((resolve) => setImmediate(resolve));
}

export interface TestLedger {
  readonly ledger: Ledger;
  readonly clock: SetClock;
  readonly endpoint: string;
  readonly table: string;
  /** Another ledger on the same table, as another process has it. */
  another(options?: Partial<DynamodbLedgerOptions>): Ledger;
  stop(): Promise<void>;
}

/** A ledger with a table of its own on the engine of the tests. */
export async function openTestLedger(): Promise<TestLedger> {
  const dynamodb = await testDynamodb();
  const clock = new SetClock();
  const table = `ledger-${randomUUID()}`;
  const opened: Ledger[] = [];
  const another = (options: Partial<DynamodbLedgerOptions> = {}): Ledger => {
    const { endpoint } = dynamodb;
    const location = `dynamodb://eu-central-1/${table}`;
    const ledger = openDynamodbLedger({
      ...{ region: 'eu-central-1', endpoint, table, location, requestTimeoutMs: 5_000, clock },
      ...options,
    });
    opened.push(ledger);
    return ledger;
  };
  const ledger = another();
  await ledger.ensure();
  const stop = async () => {
    for (const one of opened) await one.close();
    await dynamodb.stop();
  };
  return { ledger, clock, endpoint: dynamodb.endpoint, table, another, stop };
}

export function planOf(unit: number): UnitPlan {
  return { unit, table: 'orders', work: { segment: unit } };
}

/** A call that may go on for a minute after the clock's time. */
export function claimOf(clock: Clock, token: number, owner: string): Claim {
  return { token, owner, until: clock.now() + 60_000 };
}

export const nothingDone: Checkpoint = { items: 0, sizeBytes: 0, usage: noUsage, done: false, revision: 1 };
