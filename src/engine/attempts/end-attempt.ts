import type { RunRecord } from '../../ledger/ledger.js';
import { changeState } from '../../versions/state-entry.js';
import type { Dependencies } from '../dependencies.js';
import { adHocPart, isChain, parseExecutionInput } from '../runs/execution-input.js';

/**
 * Ends the attempt that a run completed, once the run was reported: from now on the same command begins anew. Until then it
 * goes on with the attempt, validates it once more and reports that, so that a command which was killed before its report
 * can be given again. Does nothing for a run that completed none, or while another run works on the attempt.
 */
export async function endAttempt(run: RunRecord, deps: Dependencies): Promise<void> {
  if (run.status !== 'succeeded' || run.attempt === undefined) return;
  const input = parseExecutionInput(run.input);
  // The attempts of the version chain end with their Cleanup.
  if (isChain(input)) return;
  const target = await deps.openStore(adHocPart(input).to);
  const endedAt = new Date(deps.clock.now()).toISOString();
  await changeState(target.keyValues, (state) => {
    const { attempt, lease } = state;
    if (attempt === undefined || attempt.id !== run.attempt || attempt.phase !== 'complete') return state;
    if (attempt.endedAt !== undefined || lease !== undefined) return state;
    return { ...state, attempt: { ...attempt, endedAt } };
  });
}
