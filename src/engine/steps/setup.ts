import type { StepProgress } from '../../migrations/migration.js';
import type { Cursor } from '../../stores/store.js';
import { changeStateAsOwner, readState, type AttemptState } from '../../versions/state-entry.js';
import { attemptRecord, changeAttempt, scopes } from '../attempts/attempt-record.js';
import type { Call, Dependencies, StepInput } from '../dependencies.js';
import { tellStep } from '../events/tell-step.js';
import { freeze } from '../runs/freeze.js';
import { openRun, type OpenRun } from '../runs/open-run.js';
import { pendingUnits, planGroup, plannedGroups, unitCount } from '../units/unit-groups.js';
import { workStep } from './work-step.js';

/** How long to wait before asking again whether a table is created or gone. */
const pollMs = 1_000;

/**
 * Setup: prepares the target and plans the units. Answers the units that are not done yet; `done: false`: call again.
 * Each run looks at every table again, so that one that was dropped or restored since is noticed.
 */
export async function setup(
  { run }: StepInput,
  deps: Dependencies,
  call: Call,
): Promise<{ done: boolean; units: number[] }> {
  const open = await openRun(run, deps, call);
  await deps.ledger.changeRun(run.id, { step: 'setup' });
  await freeze(open, deps);
  const { steps } = open.task;
  if (steps.includes('setup') && !(await prepare(open, deps, call))) return { done: false, units: [] };
  if (!steps.includes('setup') && !steps.includes('migrate')) return { done: true, units: [] };
  const { migrate } = await attemptRecord(deps.ledger, run.attempt);
  if (steps.includes('setup')) await tellStep(open, { step: 'setup', units: migrate, unit: unitOf(open) }, deps, call);
  if (!steps.includes('migrate')) return { done: true, units: [] };
  const units = await pendingUnits(deps.ledger, scopes.migrate(run.attempt), migrate);
  // What is written from here on is not what an earlier generation has seen.
  if (units.length > 0) await changeAttempt(deps.ledger, run, { generationOpen: false });
  await deps.ledger.changeRun(run.id, { step: 'migrate' });
  return { done: true, units };
}

async function prepare(open: OpenRun, deps: Dependencies, call: Call): Promise<boolean> {
  const { run } = open;
  const attempt = (await readState(open.home.keyValues))?.attempt;
  const steps = (from: Cursor | undefined) => planned(open, deps, attempt, from);
  if (!(await workStep(open, deps, call, { name: unitOf(open), pollMs, steps }))) return false;
  await changeAttempt(deps.ledger, run, { setUp: true, roundSetUp: open.context.round });
  await settle(open, attempt);
  return true;
}

function unitOf({ context: { round } }: OpenRun): string {
  return round === 0 ? 'setup' : `setup-${round}`;
}

/** Setup came to its end: what the attempts before this one created is dropped, and forgotten. */
async function settle({ run, home }: OpenRun, found: AttemptState | undefined): Promise<void> {
  if (found?.phase !== 'setup' && found?.previous === undefined) return;
  await changeStateAsOwner(home.keyValues, run, (current) => {
    const { attempt } = current;
    if (attempt === undefined) return current;
    const phase = attempt.phase === 'setup' ? 'carry' : attempt.phase;
    return { ...current, attempt: { ...attempt, phase, previous: undefined } };
  });
}

/** Runs the migration's Setup and plans the groups that it yields. */
async function* planned(
  open: OpenRun,
  deps: Dependencies,
  attempt: AttemptState | undefined,
  from: Cursor | undefined,
): AsyncIterable<StepProgress> {
  const context = { ...open.context, previousAttempts: attempt?.previous ?? [], ledgerId: attempt?.ledger ?? '' };
  const scope = scopes.migrate(open.run.attempt);
  const groups = await plannedGroups(deps.ledger, scope);
  const place = { scope, token: open.run.token, fence: context.fence };
  for await (const progress of open.migration.setup(context, from)) {
    if (!('group' in progress)) {
      yield progress;
      continue;
    }
    await planGroup(deps.ledger, place, groups, progress.group);
    // What an earlier generation saw of this table is gone.
    await changeAttempt(deps.ledger, open.run, { generationOpen: false });
    await changeAttempt(deps.ledger, open.run, { migrate: unitCount(groups) });
  }
}
