import { StoreUnavailableError } from '../../errors.js';
import type { Ledger } from '../../ledger/ledger.js';
import { parseExecutionInput, type ExecutionInput } from './execution-input.js';

/** The input of the run that a ledger was asked for last: it never changes, and each call of a step needs it. */
const inputs = new WeakMap<Ledger, { readonly run: string; readonly input: ExecutionInput }>();

/** The input that a run was started with. Throws StoreUnavailableError when the ledger does not know the run. */
export async function runInput(ledger: Ledger, run: string): Promise<ExecutionInput> {
  const known = inputs.get(ledger);
  if (known?.run === run) return known.input;
  const record = await ledger.run(run);
  if (record === undefined) throw new StoreUnavailableError(`run ${run} is not in the ledger ${ledger.location}`);
  const input = parseExecutionInput(record.input);
  inputs.set(ledger, { run, input });
  return input;
}
