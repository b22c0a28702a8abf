import { maxUnits, mostSegments } from '../../migrations/copy/segment-count.js';
import type { StepProgress } from '../../migrations/migration.js';
import type { Cursor } from '../../stores/store.js';
import { readState } from '../../versions/state-entry.js';
import { attemptRecord, changeAttempt, scopes, type AttemptRecord } from '../attempts/attempt-record.js';
import type { Call, Dependencies, StepInput } from '../dependencies.js';
import { tellStep } from '../events/tell-step.js';
import { expectations, saveExpectation, type PlannedExpectation } from '../verdicts/expectations.js';
import { viewWorks, wantedSegments } from '../verdicts/view-works.js';
import { openRun, type OpenRun } from '../runs/open-run.js';
import { pendingUnits, planGroup, plannedGroups, unitCount } from '../units/unit-groups.js';
import { countUnits } from '../units/unit-counts.js';
import { workStep } from './work-step.js';

/**
 * Expect: plans the units of validation on both sides and begins a generation, or goes on with the one that is open:
 * nothing was written since it began. Answers the units that are not done yet; `done: false`: call again. With units of
 * Migrate that failed there is nothing to validate: Judge names them.
 */
export async function expect(
  { run }: StepInput,
  deps: Dependencies,
  call: Call,
): Promise<{ done: boolean; units: number[] }> {
  const open = await openRun(run, deps, call);
  const { steps } = open.task;
  if (steps.length === 0) return { done: true, units: [] };
  const record = await attemptRecord(deps.ledger, run.attempt);
  if (steps.includes('migrate') && !(await migrated(open, record.migrate, deps, call)))
    return { done: true, units: [] };
  if (!steps.includes('validate')) return { done: true, units: [] };
  await deps.ledger.changeRun(run.id, { step: 'expect' });
  const generation = await begunGeneration(open, deps, record);
  if (!(await planned(open, deps, call, generation))) return { done: false, units: [] };
  const { validate } = await attemptRecord(deps.ledger, run.attempt);
  await deps.ledger.changeRun(run.id, { step: 'validate', generation });
  return { done: true, units: await pendingUnits(deps.ledger, scopes.validate(run.attempt, generation), validate) };
}

/** Whether all units of Migrate are done. If so it tells that: of all steps, this one is the first that knows. */
async function migrated(open: OpenRun, count: number, deps: Dependencies, call: Call): Promise<boolean> {
  let failed = 0;
  const units = deps.ledger.units(scopes.migrate(open.run.attempt), count);
  const counts = await countUnits(units, () => (failed += 1));
  if (failed > 0) return false;
  await tellStep(open, { step: 'migrate', ...counts }, deps, call);
  return true;
}

/**
 * The open generation of this very run, of the same tables, or a new one: between two runs nobody promises that the source is
 * frozen, and what was seen before may have been written since.
 */
async function begunGeneration(
  { run, task, home, held }: OpenRun,
  deps: Dependencies,
  record: AttemptRecord,
): Promise<number> {
  const generationOf = JSON.stringify([run.id, run.token, task.validates]);
  if (record.generationOpen && record.generationOf === generationOf) return record.generation;
  const generation = record.generation + 1;
  const state = await readState(home.keyValues);
  await changeAttempt(deps.ledger, run, {
    generation,
    generationOf,
    generationOpen: true,
    generationAt: deps.clock.now(),
    generationPlanned: false,
    // A state entry that is older than this was set back since, and what the generation saw with it.
    revision: Math.max(record.revision, state?.revision ?? 0, held.revision()),
    validate: 0,
    locate: 0,
  });
  return generation;
}

/** Expect waits for nothing; see workStep. */
const pollMs = 1_000;

async function planned(open: OpenRun, deps: Dependencies, call: Call, generation: number): Promise<boolean> {
  const steps = (from: Cursor | undefined) => plan(open, deps, generation, from);
  const done = await workStep(open, deps, call, { name: `expect-${generation}`, pollMs, steps });
  if (done) await changeAttempt(deps.ledger, open.run, { generationPlanned: true });
  return done;
}

/** How far Expect is: with looking what must equal what, in the order of the tables' names, or with planning. */
type ExpectCursor = { readonly after: string } | { readonly looked: true };

/** Plans only when all is known that is to be planned, so that the units suffice for it: see mostSegments. */
async function* plan(
  open: OpenRun,
  deps: Dependencies,
  generation: number,
  from: Cursor | undefined,
): AsyncIterable<StepProgress> {
  const cursor = (from ?? { after: '' }) as ExpectCursor;
  const scope = scopes.validate(open.run.attempt, generation);
  const groups = await plannedGroups(deps.ledger, scope);
  if ('after' in cursor)
    for await (const expectation of open.migration.expects(open.context, cursor.after)) {
      const { table } = expectation;
      if (!groups.has(table)) {
        const segments = await wantedSegments(open, expectation);
        await saveExpectation(deps.ledger, scope, { ...expectation, segments });
      }
      yield { cursor: { after: table } };
    }
  const left: PlannedExpectation[] = [];
  for await (const expectation of expectations(deps.ledger, scope))
    if (!groups.has(expectation.table)) left.push(expectation);
  const most = mostSegments(
    left.flatMap(({ segments }) => segments),
    maxUnits - unitCount(groups),
  );
  const place = { scope, token: open.run.token, fence: open.context.fence };
  for (const expectation of left) {
    const group = { table: expectation.table, restart: false, plan: () => viewWorks(open, expectation, most) };
    await planGroup(deps.ledger, place, groups, group);
    await changeAttempt(deps.ledger, open.run, { validate: unitCount(groups) });
    yield { cursor: { looked: true } };
  }
}
