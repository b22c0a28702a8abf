import type { Clock } from '../../clock.js';
import type { StepProgress } from '../../migrations/migration.js';
import { noUsage, type Cursor } from '../../stores/store.js';
import { scopes } from '../attempts/attempt-record.js';
import type { Call, Dependencies } from '../dependencies.js';
import type { OpenRun } from '../runs/open-run.js';
import { workUnit, type UnitProgress } from '../units/unit-loop.js';

export interface StepWork {
  /** The step's part of its unit's scope: `setup`, `expect-2`. */
  readonly name: string;
  /** How long to wait before an engine is asked again that is busy. */
  readonly pollMs: number;
  /** Goes on with the step from this cursor. */
  steps(from: Cursor | undefined): AsyncIterable<StepProgress>;
}

/**
 * Works on a step that is one unit of its own, so that two calls never do it at a time, and a later one goes on where it
 * stopped. Every run of an attempt begins it anew. False: call again. Throws what the step throws.
 */
export async function workStep(open: OpenRun, deps: Dependencies, call: Call, work: StepWork): Promise<boolean> {
  const scope = scopes.step(open.run.attempt, work.name, open.run);
  await deps.ledger.planUnits(scope, [{ unit: 0, table: open.task.description, work: null }]);
  const status = await workUnit(open, deps, call, {
    scope,
    unit: 0,
    units: 1,
    checkpoints: 'frequent',
    throws: true,
    steps: ({ cursor }) => progressOf(work, cursor, deps.clock),
  });
  return status === 'done';
}

async function* progressOf(work: StepWork, from: Cursor | undefined, clock: Clock): AsyncIterable<UnitProgress> {
  let cursor = from;
  for await (const progress of work.steps(from)) {
    if ('cursor' in progress) cursor = progress.cursor;
    else await clock.sleep(work.pollMs);
    yield { cursor, items: 0, sizeBytes: 0, usage: noUsage };
  }
}
