import type { Call, Dependencies, RunState } from '../dependencies.js';
import { scopes } from '../attempts/attempt-record.js';
import type { OpenRun } from '../runs/open-run.js';
import { shortened } from '../../shortened-text.js';
import type { Told, OwnOccasion } from './tell.js';
import { tell } from './tell.js';
import { stepFinished, type StepFinished } from './step-finished.js';

/** Characters of what a step worked on: a copy may name a thousand tables. */
const mostCharacters = 500;

/** A step that came to its end, and what is known of it without asking much. */
export type FinishedStep = Pick<StepFinished, 'step'> &
  Partial<Pick<StepFinished, 'units' | 'items' | 'sizeBytes' | 'elapsedMs'>> & {
    /** The step's part of the scope of its one unit, which knows how long it took: see workStep. */
    readonly unit?: string;
  };

/** Tells that a step came to its end, for this version and round. */
export async function tellStep(open: OpenRun, finished: FinishedStep, deps: Dependencies, call: Call): Promise<void> {
  const { run, context } = open;
  const { round } = context;
  const { unit, ...known } = finished;
  const name = [finished.step, ...versionPart(run), ...(round === 0 ? [] : [`r${round}`])].join('-');
  const make = async (): Promise<Told<StepFinished>> => ({
    ...(unit === undefined ? {} : await elapsedOf(unit, run, deps)),
    ...known,
    ...whereOf(open),
    round,
  });
  await tell(stepFinished, occasionOf(run, name), make, deps, call);
}

/** Which attempt, of which version, and what it is. */
export function whereOf({ run, task }: OpenRun): Pick<StepFinished, 'attempt' | 'version' | 'what'> {
  const { attempt, version = null } = run;
  return { attempt, version, what: shortened(task.title ?? task.description, mostCharacters) };
}

export function occasionOf({ id: run, owner, token }: RunState, step: string): OwnOccasion {
  return { run, owner, step, token };
}

function versionPart({ version }: RunState): string[] {
  return version === undefined ? [] : [`v${version}`];
}

async function elapsedOf(name: string, run: RunState, { ledger }: Dependencies): Promise<{ elapsedMs?: number }> {
  const unit = await ledger.unit(scopes.step(run.attempt, name, run), 0);
  if (unit?.startedAt === undefined) return {};
  return { elapsedMs: Math.max(Date.parse(unit.updatedAt) - Date.parse(unit.startedAt), 0) };
}
