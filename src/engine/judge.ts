import { chooseBuckets } from '../digest/choose-buckets.js';
import { UnitsFailedError, ValidationFailedError } from '../errors.js';
import type { Ledger, UnitRecord } from '../ledger/ledger.js';
import type { Expectation } from '../migrations/migration.js';
import { mayComplete } from './attempt.js';
import { attemptRecord, changeAttempt, scopes, type AttemptRecord } from './attempt-record.js';
import type { Call, Dependencies, StepInput } from './dependencies.js';
import { createDigestPair, digestPairFromBytes, type DigestPair } from './digest-pair.js';
import { expectations } from './expectations.js';
import { describeDifferences, reconcileTables } from './findings.js';
import { underHeartbeat } from './heartbeat.js';
import { openRun, type OpenRun } from './open-run.js';
import { planLocate } from './plan-locate.js';
import { pendingUnits, plannedGroups, unitCount, type Groups } from './unit-groups.js';
import { saveVerdict, verdictOf, verdicts, type Verdict } from './verdicts.js';

export interface JudgeInput extends StepInput {
  /** Locate was here before: its units came to their end, done or failed. */
  readonly located: boolean;
}

export interface JudgeResult {
  /** `judge`: call again; `cleanup`: there is nothing to complete. */
  readonly next: 'judge' | 'locate' | 'complete' | 'cleanup';
  /** The units of Locate. */
  readonly units: number[];
  /** As it was given, for the next call. */
  readonly located: boolean;
}

/**
 * Judge: compares the digests of both sides, table by table; where they differ, it has Locate name the keys and is called
 * again. Throws UnitsFailedError for units that are not done, and ValidationFailedError when a table differs.
 */
export async function judge({ run, located }: JudgeInput, deps: Dependencies, call: Call): Promise<JudgeResult> {
  const open = await openRun(run, deps, call);
  await deps.ledger.changeRun(run.id, { step: 'judge' });
  const result = await underHeartbeat(open, deps.clock, () => judged(open, deps, located));
  return { ...result, located };
}

async function judged(
  open: OpenRun,
  { ledger }: Dependencies,
  located: boolean,
): Promise<Pick<JudgeResult, 'next' | 'units'>> {
  const { run } = open;
  const { steps } = open.input.copy;
  const record = await attemptRecord(ledger, run.attempt);
  const generation = record.generation;
  if (steps.includes('migrate')) await assertDone(ledger, 'migrate', scopes.migrate(run.attempt), record.migrate);
  if (!steps.includes('validate')) return { next: 'cleanup', units: [] };
  const groups = await plannedGroups(ledger, scopes.validate(run.attempt, generation));
  await assertDone(ledger, 'validate', scopes.validate(run.attempt, generation), unitCount(groups));
  if (!(await compareTables(open, ledger, generation, groups))) return { next: 'judge', units: [] };
  const differing = await differingTables(ledger, scopes.verdict(run.attempt, generation));
  if (differing.length === 0) return { next: await afterEqual(open, ledger, record), units: [] };
  if (!located) {
    await ledger.changeRun(run.id, { step: 'locate' });
    return { next: 'locate', units: await planLocate(open, ledger, generation, differing) };
  }
  return await fail(open, ledger, record, differing);
}

/**
 * Nothing differs: but was everything looked at, and after the last write? Throws UnitsFailedError when the generation
 * was not planned to its end, or was closed meanwhile. Migrate may have been left out of this run, and of this attempt.
 */
async function afterEqual(
  { run, state }: OpenRun,
  ledger: Ledger,
  judged: AttemptRecord,
): Promise<'complete' | 'cleanup'> {
  const record = await attemptRecord(ledger, run.attempt);
  if (!record.generationOpen || !record.generationPlanned || record.generation !== judged.generation)
    throw new UnitsFailedError('validation did not come to its end, or something was written since: run again');
  if (!mayComplete(state.attempt, record)) return 'cleanup';
  const pending = await pendingUnits(ledger, scopes.migrate(run.attempt), record.migrate);
  return pending.length === 0 ? 'complete' : 'cleanup';
}

/** Throws UnitsFailedError that names the units that are not done, each with its error. */
async function assertDone(ledger: Ledger, phase: string, scope: string, count: number): Promise<void> {
  const failed: UnitRecord[] = [];
  for await (const unit of ledger.units(scope, count)) if (!unit.done) failed.push(unit);
  if (failed.length === 0) return;
  const first = failed.slice(0, 10).map(({ unit, table, failure }) => {
    const why = failure === undefined ? 'ended before it was done' : `${failure.name}: ${failure.message}`;
    return `unit ${unit} of table "${table}": ${why}`;
  });
  const more = failed.length > first.length ? [`… and ${failed.length - first.length} more in the ledger`] : [];
  throw new UnitsFailedError([`${failed.length} of ${count} units of ${phase} failed`, ...first, ...more].join('\n'));
}

/** Writes the verdicts that are not written yet. False: the call's time is nearly over. */
async function compareTables(open: OpenRun, ledger: Ledger, generation: number, groups: Groups): Promise<boolean> {
  const { attempt } = open.run;
  const units = scopes.validate(attempt, generation);
  for await (const expectation of expectations(ledger, units)) {
    if ((await verdictOf(ledger, scopes.verdict(attempt, generation), expectation.table)) !== undefined) continue;
    if (open.ending()) return false;
    const digests = await mergedDigests(ledger, units, groups, expectation.table);
    const verdict = compare(expectation, digests, open.settings.locateItems);
    await saveVerdict(ledger, scopes.verdict(attempt, generation), verdict);
  }
  return true;
}

/** Adds up the digests of a table's units, all of them done: one unit in memory at a time. */
async function mergedDigests(ledger: Ledger, scope: string, groups: Groups, table: string): Promise<DigestPair> {
  const sum = createDigestPair();
  const group = groups.get(table);
  if (group === undefined) throw new UnitsFailedError(`the validation of table "${table}" was not planned: run again`);
  for (let unit = group.first; unit < group.first + group.count; unit++) {
    const record = await ledger.unit(scope, unit);
    if (!record?.done) throw new UnitsFailedError(`unit ${unit} of the validation of table "${table}" is not done`);
    const { expected, actual } = digestPairFromBytes(record.digest);
    sum.expected.merge(expected);
    sum.actual.merge(actual);
  }
  return sum;
}

function compare({ table, relation }: Expectation, { expected, actual }: DigestPair, limitItems: number): Verdict {
  const { buckets, complete, rest } = chooseBuckets(expected, actual, limitItems);
  return {
    table,
    relation,
    expectedItems: expected.items,
    actualItems: actual.items,
    equal: buckets.length === 0,
    buckets: [...buckets],
    complete,
    further: rest.differing,
  };
}

async function differingTables(ledger: Ledger, scope: string): Promise<Verdict[]> {
  const differing: Verdict[] = [];
  for await (const verdict of verdicts(ledger, scope)) if (!verdict.equal) differing.push(verdict);
  return differing;
}

/** Names the keys and ends the generation: what is repaired is validated anew. */
async function fail(open: OpenRun, ledger: Ledger, record: AttemptRecord, differing: Verdict[]): Promise<never> {
  const { attempt, token } = open.run;
  const failed = await pendingUnits(ledger, scopes.locate(attempt, record.generation), record.locate);
  const found = await reconcileTables(ledger, attempt, record.generation, differing);
  await changeAttempt(ledger, { attempt, token }, { generationOpen: false });
  const incomplete =
    failed.length > 0 ? [`${failed.length} units of Locate failed: keys may be missing from this list`] : [];
  throw new ValidationFailedError([...found.map(describeDifferences), ...incomplete].join('\n'));
}
