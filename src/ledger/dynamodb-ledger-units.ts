import pMap from 'p-map';
import { CorruptDataError, StoreUnavailableError } from '../errors.js';
import { failure, number, text } from './attributes.js';
import { claimAtOnce } from './claim-at-once.js';
import { replaceEntry } from './conditional-write.js';
import type { LedgerClient } from './ledger-client.js';
import type { Checkpoint, Claim, PlanFence, UnitPlan, UnitRecord } from './ledger.js';
import { failureOf } from './request-failures.js';
import {
  isoTime,
  pagePartition,
  plannedAttributes,
  unitAttributes,
  unitKey,
  unitPrefix,
  unitRecord,
  unitsAPage,
} from './unit-entry.js';
import { afterCheckpoint, afterClaim, assertNotOlder, isHeld, lateCheckpoint } from './unit-transitions.js';
import { moveUnit } from './unit-write.js';

/** How many units are planned at a time. */
const planConcurrency = 16;
/** How often one looks again when others write between one's reading and one's writing. */
const mostTries = 10;

/** Units and their checkpoints: the part of the ledger that workers compete for. See the contract for what each promises. */
export class DynamodbLedgerUnits {
  constructor(private readonly client: LedgerClient) {}

  /** Waits for all that was begun: a write left behind would put another split's segment among those of who plans next. */
  async plan(scope: string, plans: readonly UnitPlan[], fence?: PlanFence): Promise<void> {
    const failures: unknown[] = [];
    const unlessFailed = async (plan: UnitPlan): Promise<void> => {
      if (failures.length > 0) return;
      try {
        fence?.assertMaySend();
        await this.#planOne(scope, plan);
      } catch (error) {
        failures.push(error);
      }
    };
    await pMap(plans, unlessFailed, { concurrency: planConcurrency });
    if (failures.length > 0) throw failures[0];
  }

  async reset(scope: string, plan: UnitPlan, token: number): Promise<void> {
    const key = unitKey(scope, plan.unit);
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const stored = await this.client.get(key);
      assertNotOlder('reset', token, stored === undefined ? undefined : unitRecord(stored));
      const planned = { ...plannedAttributes(scope, plan, this.#now()), token: number(token) };
      if ((await replaceEntry(this.client, key, stored, planned)).written) return;
    }
    throw new StoreUnavailableError(`unit ${plan.unit} of ${scope} was not reset: others write it all the time`);
  }

  async unit(scope: string, unit: number): Promise<UnitRecord | undefined> {
    const stored = await this.client.get(unitKey(scope, unit));
    return stored === undefined ? undefined : unitRecord(stored);
  }

  async *units(
    scope: string,
    count: number,
    { digests = false, from = 0 }: { digests?: boolean; from?: number } = {},
  ): AsyncIterable<UnitRecord> {
    const wanted = digests ? [...unitAttributes, 'digest'] : unitAttributes;
    for (let page = Math.floor(from / unitsAPage); page * unitsAPage < count; page += 1) {
      const entries = this.client.query({
        KeyConditionExpression: '#partition = :partition AND begins_with(#entry, :prefix)',
        ProjectionExpression: wanted.map((name) => `#${name}`).join(', '),
        ExpressionAttributeNames: names('partition', 'entry', ...wanted),
        ExpressionAttributeValues: { ':partition': text(pagePartition(scope, page)), ':prefix': text(unitPrefix) },
      });
      for await (const entry of entries) {
        const unit = unitRecord(entry);
        if (unit.unit >= from && unit.unit < count) yield unit;
      }
    }
  }

  async claim(
    scope: string,
    unit: number,
    claim: Claim,
  ): Promise<{ status: 'claimed' | 'busy' | 'done'; unit: UnitRecord }> {
    const free = await claimAtOnce(this.client, unitKey(scope, unit), claim);
    if (free !== undefined) return { status: 'claimed', unit: free };
    for (let tries = 1; ; tries += 1) {
      const stored = await this.unit(scope, unit);
      if (stored === undefined) throw new CorruptDataError(`unit ${unit} of ${scope} is not in the ledger`);
      assertNotOlder('claimed', claim.token, stored);
      if (stored.done) return { status: 'done', unit: stored };
      if (isHeld(stored, claim, this.client.clock.now()) || tries > mostTries) return { status: 'busy', unit: stored };
      const claimed = afterClaim(stored, claim, this.#now());
      if ((await moveUnit(this.client, stored, claimed)).written) return { status: 'claimed', unit: claimed };
    }
  }

  async checkpoint(unit: UnitRecord, claim: Claim, change: Checkpoint): Promise<UnitRecord> {
    const changed = afterCheckpoint(unit, change, this.#now());
    const outcome = await moveUnit(this.client, unit, changed, { guard: claim, digest: change.digest });
    if (outcome.written) return changed;
    throw lateCheckpoint(unit, claim, outcome.stored === undefined ? undefined : unitRecord(outcome.stored));
  }

  /** The sequence number stays: should the call be alive after all, its next checkpoint counts and tells the truth. */
  async fail(scope: string, unit: number, token: number, error: { name: string; message: string }): Promise<void> {
    await this.#ifStill(() =>
      this.client.update(unitKey(scope, unit), {
        UpdateExpression: 'SET #failure = :failure, #updatedAt = :now',
        ConditionExpression: '#done = :false AND #token <= :token',
        ExpressionAttributeNames: names('failure', 'updatedAt', 'done', 'token'),
        ExpressionAttributeValues: {
          ':failure': failure(error),
          ':now': text(this.#now()),
          ':false': { BOOL: false },
          ':token': number(token),
        },
      }),
    );
  }

  async release({ scope, unit }: UnitRecord, { token, owner }: Claim): Promise<void> {
    await this.#ifStill(() =>
      this.client.update(unitKey(scope, unit), {
        UpdateExpression: 'REMOVE #leaseOwner, #leaseUntil',
        ConditionExpression: '#leaseOwner = :owner AND #token = :token',
        ExpressionAttributeNames: names('leaseOwner', 'leaseUntil', 'token'),
        ExpressionAttributeValues: { ':owner': text(owner), ':token': number(token) },
      }),
    );
  }

  async #planOne(scope: string, plan: UnitPlan): Promise<void> {
    const { partition, entry } = unitKey(scope, plan.unit);
    const planned = plannedAttributes(scope, plan, this.#now());
    await this.#ifStill(() =>
      this.client.put({
        Item: { partition: text(partition), entry: text(entry), ...planned },
        ConditionExpression: 'attribute_not_exists(#partition) OR #sequence = :never',
        ExpressionAttributeNames: names('partition', 'sequence'),
        ExpressionAttributeValues: { ':never': number(0) },
      }),
    );
  }

  /** A write that is right to do nothing when its condition fails: the unit moved on, or this very request did it before. */
  async #ifStill(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (failureOf(error) !== 'condition') throw error;
    }
  }

  #now(): string {
    return isoTime(this.client.clock.now());
  }
}

function names(...all: string[]): Record<string, string> {
  return Object.fromEntries(all.map((name) => [`#${name}`, name]));
}
