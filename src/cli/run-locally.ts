import { readFile } from 'node:fs/promises';
import { runStatus, type RunStatus } from '../engine/status/run-status.js';
import type { Dependencies } from '../engine/dependencies.js';
import { StoreUnavailableError } from '../errors.js';
import type { Json } from '../json.js';
import { runStateMachine } from '../local/state-machine.js';
import { followRun } from './follow-run.js';
import { localHandlers } from './handlers.js';
import { interruptible } from './interruptible.js';
import type { Progress } from './progress.js';

/** How long one call of a step takes at most: long enough to be no burden, short enough that the loop is in use. */
const callMs = 120_000;
const dayMs = 24 * 60 * 60 * 1_000;
/**
 * Some steps cannot always come to a safe point in time: an index or a foreign key in Complete is one statement, rolled back
 * when its call is over, and so are the statements of a migration, or the code that it runs for a tenant. The interpreter gives
 * such a call up after a quarter of an hour and calls again; until the first one is done, that is answered with `done: false`
 * or `busy`.
 */
const callMsOf = (input: Json): Record<string, number> =>
  typeof input === 'object' && input !== null && ('up' in input || 'export' in input)
    ? { Complete: dayMs, MigrateUnit: dayMs }
    : { Complete: dayMs };

/** The state machine's file lies beside the sources, and beside the built package. */
const definitionUrls = ['../../statemachines/migration.asl.json', '../../../statemachines/migration.asl.json'];

/**
 * Runs the state machine in this process with this input, and returns what the ledger then says of the run: outcomes are
 * never taken from the interpreter.
 */
export async function runLocally(deps: Dependencies, input: Json, progress: Progress): Promise<RunStatus> {
  const execution = deps.newId();
  const machine = { definition: await definition(), execution, input, callMs, callMsOf: callMsOf(input) };
  const ended = interruptible(deps, execution, localHandlers(deps), (handlers) =>
    runStateMachine({ ...machine, handlers }),
  );
  const { failed, cause } = await followRun(deps.ledger, execution, progress, deps.clock, ended);
  const status = await runStatus(deps.ledger, execution);
  if (status === undefined || status.run.status === 'running')
    throw new StoreUnavailableError(
      `the run ended without a record of its outcome: ${cause?.message ?? String(failed)}`,
    );
  return status;
}

async function definition(): Promise<unknown> {
  const read = definitionUrls.map((url) => readFile(new URL(url, import.meta.url), 'utf8'));
  return JSON.parse(await Promise.any(read)) as unknown;
}
