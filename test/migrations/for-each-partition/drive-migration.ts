import { ulid } from 'ulid';
import type { Json } from '../../../src/json.js';
import type { Ledger, UnitRecord } from '../../../src/ledger/ledger.js';
import type { MigrationDefinition, Stage } from '../../../src/migrations/definition.js';
import type { Migration, MigrationContext, UnitGroup } from '../../../src/migrations/migration.js';
import { withDefaults } from '../../../src/settings.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { noUsage, type Cursor, type Fence, type Store } from '../../../src/stores/store.js';
import { withTestLedgers } from '../../support/copy-run.js';

/** What an engine keeps of an attempt, whatever happens to its calls. */
export interface Kept {
  attempt: string;
  token: number;
  round: number;
  setUp: boolean;
  setupCursor?: Cursor | undefined;
  units: KeptUnit[];
  items: number;
  complete: boolean;
  /** Calls so far: one that was left behind changes nothing of this any more. */
  calls: number;
}

export interface KeptUnit {
  unit: number;
  table: string;
  round: number;
  work: Json;
  cursor?: Cursor;
  done: boolean;
  failure?: Error;
}

export function newAttempt(attempt: string): Kept {
  return { attempt, token: 1, round: 0, setUp: false, units: [], items: 0, complete: false, calls: 0 };
}

export interface DriveOptions {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly version?: number;
  readonly earlier?: readonly MigrationDefinition[];
  readonly partition?: string;
  /** Called at each safe point: `stop` ends the call there with its place kept, `kill` without. */
  readonly atSafePoint?: () => 'go on' | 'stop' | 'kill';
  readonly ending?: () => boolean;
  readonly sleeps?: number[];
  readonly assertMaySend?: () => void;
  readonly openKeyValueStore?: Stage['openKeyValueStore'];
}

/** The call came to its end before the work did. */
export class CallEnded extends Error {}

export function stageOf(options: DriveOptions): Stage {
  const { store, version = 1, earlier = [], partition } = options;
  return {
    version,
    name: `000${version}_step`,
    database: 'data',
    settings: withDefaults(),
    earlier: earlier.map((definition, index) => ({
      version: index + 1,
      name: 'step',
      file: `000${index + 1}_step.ts`,
      checksum: '0',
      definition,
    })),
    ...(partition === undefined ? {} : { partition }),
    declared: () => undefined,
    openStore: () => Promise.resolve(store),
    openKeyValueStore: options.openKeyValueStore ?? (() => Promise.resolve(store.keyValues)),
  };
}

export function contextOf(options: DriveOptions, kept: Kept): MigrationContext {
  const { store, ledger, sleeps = [], assertMaySend = () => undefined } = options;
  const at = new TextEncoder().encode('carryover');
  const fence: Fence = { token: kept.token, assertMaySend, partition: at, key: at, tokenOf: () => 0 };
  const sleep = (ms: number): Promise<void> => {
    sleeps.push(ms);
    return Promise.resolve();
  };
  return {
    home: store,
    settings: withDefaults(),
    attempt: kept.attempt,
    ledger,
    clock: { now: () => Date.UTC(2026, 0, 1), monotonic: () => 0, sleep },
    fence,
    fenceFor: () => fence,
    round: kept.round,
    ending: options.ending ?? (() => false),
  };
}

/**
 * Goes on with an attempt as the engine does, with a Migration that is opened anew: Setup, the units one after the other,
 * Judge, round by round until it is complete. Throws the first failure of a unit after all units of the round had their turn.
 */
export async function drive(definition: MigrationDefinition, options: DriveOptions, kept: Kept): Promise<void> {
  const migration = await definition.open(stageOf(options));
  const call = { migration, options, kept, number: (kept.calls += 1) };
  while (!kept.complete) {
    if (!kept.setUp) await setup(call);
    for (const unit of kept.units.filter(({ done }) => !done)) await work(call, unit);
    const failed = kept.units.find(({ failure }) => failure !== undefined);
    if (failed?.failure !== undefined) throw failed.failure;
    const next = await migration.judge?.(contextOf(options, kept));
    assertCurrent(call);
    if (next !== 'again') kept.complete = true;
    else Object.assign(kept, { round: kept.round + 1, setUp: false, setupCursor: undefined });
  }
}

interface DriveCall {
  readonly migration: Migration;
  readonly options: DriveOptions;
  readonly kept: Kept;
  readonly number: number;
}

/** As the ledger does by tokens, leases and sequence numbers. */
function assertCurrent({ kept, number }: DriveCall): void {
  if (kept.calls !== number) throw new CallEnded('another call goes on with it');
}

/** The next run of the attempt: another owner, a larger token, a Setup from its beginning. */
export function nextRun(kept: Kept): void {
  kept.token += 1;
  kept.setUp = false;
  kept.setupCursor = undefined;
  for (const unit of kept.units) delete unit.failure;
}

/** One call of Setup. */
export async function setUp(definition: MigrationDefinition, options: DriveOptions, kept: Kept): Promise<void> {
  await setup({ migration: await definition.open(stageOf(options)), options, kept, number: (kept.calls += 1) });
}

async function setup(call: DriveCall): Promise<void> {
  const { migration, options, kept } = call;
  const context = { ...contextOf(options, kept), previousAttempts: [], ledgerId: 'test' };
  for await (const progress of migration.setup(context, kept.setupCursor)) {
    assertCurrent(call);
    if ('group' in progress) await plan(call, progress.group);
    else if ('cursor' in progress) safePoint(call, () => (kept.setupCursor = json(progress.cursor)));
  }
  assertCurrent(call);
  kept.setUp = true;
}

async function plan(call: DriveCall, group: UnitGroup): Promise<void> {
  const { units, round } = call.kept;
  if (units.some(({ table }) => table === group.table)) return;
  const works = await group.plan(10_000);
  assertCurrent(call);
  for (const work of works)
    units.push({ unit: units.length, table: group.table, round, work: json(work), done: false });
}

async function work(call: DriveCall, unit: KeptUnit): Promise<void> {
  const { migration, options, kept } = call;
  const record: UnitRecord = {
    ...{ scope: `${kept.attempt}/migrate`, unit: unit.unit, table: unit.table, work: unit.work },
    ...{ sequence: 1, token: kept.token, items: 0, sizeBytes: 0, usage: noUsage, done: false, revision: 1 },
    updatedAt: '',
  };
  try {
    for await (const { cursor, items, save } of migration.migrate(record, unit.cursor, contextOf(options, kept))) {
      const keep = (): void => {
        unit.cursor = json(cursor);
        kept.items += items;
      };
      if (save === true) saveAtOnce(call, keep);
      else safePoint(call, keep);
    }
    assertCurrent(call);
    unit.done = true;
  } catch (error) {
    assertCurrent(call);
    const { name } = error as Error;
    if (name !== 'PartitionsFailedError' && name !== 'CorruptDataError') throw error;
    unit.failure = error as Error;
  }
}

/** Where the engine saves and goes on: no call is ended there. */
function saveAtOnce(call: DriveCall, keep: () => void): void {
  assertCurrent(call);
  keep();
}

function safePoint(call: DriveCall, keep: () => void): void {
  assertCurrent(call);
  const next = call.options.atSafePoint?.() ?? 'go on';
  if (next !== 'kill') keep();
  if (next !== 'go on') throw new CallEnded(next);
}

/** As it comes back from the ledger. */
function json<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Gives a suite a ledger, and each of its tests a store in memory and an attempt of their own. */
export function withNewAttempts(
  use: (made: { readonly ledger: Ledger; readonly store: Store; readonly kept: Kept }) => void,
): void {
  let ledger: Ledger;
  let store: Store;
  withTestLedgers(1, (ledgers) => ([ledger] = ledgers));
  beforeEach(() => {
    store = openMemoryStore();
    use({ ledger, store, kept: newAttempt(ulid()) });
  });
  afterEach(() => store.close());
}
