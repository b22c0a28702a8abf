import { UnitsFailedError, ValidationFailedError } from '../../errors.js';
import type { Ledger, UnitRecord } from '../../ledger/ledger.js';
import { readState } from '../../versions/state-entry.js';
import { assertDone } from '../units/assert-done.js';
import { mayComplete } from '../attempts/attempt.js';
import { attemptRecord, changeAttempt, scopes, type AttemptRecord } from '../attempts/attempt-record.js';
import { compareTables } from '../verdicts/compare-tables.js';
import type { Call, Dependencies, StepInput } from '../dependencies.js';
import { tellStep } from '../events/tell-step.js';
import { tellValidationFailed } from '../events/tell-validation.js';
import { describeFindings, reconcileTables } from '../verdicts/findings.js';
import { underHeartbeat } from '../leases/heartbeat.js';
import { openRun, type OpenRun } from '../runs/open-run.js';
import { planLocate } from '../verdicts/plan-locate.js';
import { signOf } from '../status/signs-of-life.js';
import { pendingUnits, plannedGroups, unitCount } from '../units/unit-groups.js';
import { validatedTables, verdicts } from '../verdicts/verdicts.js';

export interface JudgeInput extends StepInput {
  /** Locate was here before: its units came to their end, done or failed. */
  readonly located: boolean;
}

export interface JudgeResult {
  /** `judge`: call again; `setup`: there is another round; `cleanup`: there is nothing to complete. */
  readonly next: 'judge' | 'setup' | 'locate' | 'complete' | 'cleanup';
  /** The units of Locate. */
  readonly units: number[];
  /** As it was given, for the next call. */
  readonly located: boolean;
}

type Next = Pick<JudgeResult, 'next' | 'units'>;

const again: Next = { next: 'judge', units: [] };

/**
 * Judge: compares the digests of both sides, table by table; where they differ, it has Locate name the keys and is called
 * again. Throws UnitsFailedError for units that are not done, and ValidationFailedError when a table differs.
 */
export async function judge({ run, located }: JudgeInput, deps: Dependencies, call: Call): Promise<JudgeResult> {
  const open = await openRun(run, deps, call);
  await deps.ledger.changeRun(run.id, { step: 'judge' });
  const result = await underHeartbeat(open, deps.clock, () => judged(open, deps, call, located), signOf(open, deps));
  return { ...result, located };
}

/** Comes to one of its safe points before the call's time is over, and goes on there when it is called again. */
async function judged(open: OpenRun, deps: Dependencies, call: Call, located: boolean): Promise<Next> {
  const { run } = open;
  const { ledger } = deps;
  const { steps } = open.task;
  const record = await attemptRecord(ledger, run.attempt);
  const generation = record.generation;
  if (steps.includes('migrate')) await assertDone(ledger, 'migrate', scopes.migrate(run.attempt), record.migrate);
  const round = await nextRound(open, record);
  if (!steps.includes('validate')) return round === undefined ? done('cleanup') : await begun(round, open, ledger);
  const groups = await plannedGroups(ledger, scopes.validate(run.attempt, generation));
  const counts = await assertDone(ledger, 'validate', scopes.validate(run.attempt, generation), unitCount(groups));
  if (!(await compareTables(open, ledger, generation, groups))) return again;
  const result = await compared(open, deps, call, { record, round, located });
  const isOver = result.next !== 'judge' && result.next !== 'locate';
  if (isOver) await tellStep(open, { step: 'validate', ...counts }, deps, call);
  return result;
}

/** What an attempt knows, and what comes next if nothing differs. */
interface Judged {
  readonly record: AttemptRecord;
  readonly round: number | undefined;
}

/** Every table has a verdict. */
async function compared(
  open: OpenRun,
  deps: Dependencies,
  call: Call,
  { record, round, located }: Judged & { readonly located: boolean },
): Promise<Next> {
  const { run } = open;
  const { ledger } = deps;
  const { generation } = record;
  const differing = await differingTables(ledger, scopes.verdict(run.attempt, generation));
  if (differing.length === 0) return await afterEqual(open, ledger, record, round);
  if (!located) {
    const units = await planLocate(open, ledger, generation, differing);
    if (units === undefined) return again;
    await ledger.changeRun(run.id, { step: 'locate' });
    return { next: 'locate', units };
  }
  return await settled(open, deps, call, { record, differing, round });
}

const done = (next: JudgeResult['next']): Next => ({ next, units: [] });

/** The round of units that the migration plans after this one, if any. Says the same when its answer was lost. */
async function nextRound({ migration, task, context }: OpenRun, record: AttemptRecord): Promise<number | undefined> {
  if (migration.judge === undefined || !task.steps.includes('migrate')) return undefined;
  const round = roundOf(record);
  return (await migration.judge({ ...context, round })) === 'complete' ? undefined : round + 1;
}

/** The round that was set up last. */
function roundOf({ roundSetUp }: AttemptRecord): number {
  return Math.max(roundSetUp, 0);
}

async function begun(round: number, { run }: OpenRun, ledger: Ledger): Promise<Next> {
  await changeAttempt(ledger, run, { round });
  return done('setup');
}

/**
 * Nothing differs: but was everything looked at, and after the last write? Throws UnitsFailedError when the generation
 * was not planned to its end, or was closed meanwhile. Migrate may have been left out of this run, and of this attempt.
 */
async function afterEqual(
  open: OpenRun,
  ledger: Ledger,
  judged: AttemptRecord,
  round: number | undefined,
): Promise<Next> {
  const { run, home, migration, context } = open;
  const record = await attemptRecord(ledger, run.attempt);
  if (!record.generationOpen || !record.generationPlanned || record.generation !== judged.generation)
    throw new UnitsFailedError('validation did not come to its end, or something was written since: run again');
  if (migration.validated !== undefined)
    await migration.validated(
      { ...context, round: roundOf(judged) },
      await validatedTables(ledger, scopes.verdict(run.attempt, record.generation)),
    );
  if (round !== undefined) return await begun(round, open, ledger);
  if (!mayComplete((await readState(home.keyValues))?.attempt, record)) return done('cleanup');
  const pending = await pendingUnits(ledger, scopes.migrate(run.attempt), record.migrate);
  return done(pending.length === 0 ? 'complete' : 'cleanup');
}

/** Tables that differ. */
interface Differing extends Judged {
  readonly differing: readonly string[];
}

/** With what Locate found: the tables are equal after all, or the run fails. */
async function settled(
  open: OpenRun,
  deps: Dependencies,
  call: Call,
  { record, differing, round }: Differing,
): Promise<Next> {
  const { ledger } = deps;
  const { attempt } = open.run;
  const failed: UnitRecord[] = [];
  for await (const unit of ledger.units(scopes.locate(attempt, record.generation), record.locate))
    if (!unit.done) failed.push(unit);
  const unfinished = new Set(failed.map(({ table }) => table));
  if (!(await reconcileTables(open, deps, record.generation, { differing, unfinished }))) return again;
  const scope = scopes.verdict(attempt, record.generation);
  const still = await differingTables(ledger, scope);
  if (still.length === 0) return await afterEqual(open, ledger, record, round);
  const found = await describeFindings(ledger, scope, still);
  // What is repaired is validated anew.
  await changeAttempt(ledger, open.run, { generationOpen: false });
  const incomplete =
    failed.length > 0 ? [`${failed.length} units of Locate failed: keys may be missing from this list`] : [];
  const { generation } = record;
  await tellValidationFailed(open, { generation, tableCount: still.length }, deps, call);
  throw new ValidationFailedError([...found, ...incomplete].join('\n'));
}

/** The names of the tables that differ. */
async function differingTables(ledger: Ledger, scope: string): Promise<string[]> {
  const differing: string[] = [];
  for await (const { table, equal } of verdicts(ledger, scope)) if (!equal) differing.push(table);
  return differing;
}
