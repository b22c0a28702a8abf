import { InputError } from '../../errors.js';
import type { RunRecord } from '../../ledger/ledger.js';
import type { Store } from '../../stores/store.js';
import type { Dependencies } from '../dependencies.js';
import { lookAtDatabase } from '../home/open-database.js';
import { adHocPart, isChain, parseExecutionInput } from '../runs/execution-input.js';
import { declaredStoreOpener } from '../tasks/declared-stores.js';

/**
 * The store that holds the lock of a run, for looking alone: a database that is on its way is left where it is. Undefined where
 * the input is none, or names a store that this deployment does not declare: a command line may record its runs here too.
 */
export async function watchedHome({ input }: RunRecord, deps: Dependencies): Promise<Store | undefined> {
  try {
    const parsed = parseExecutionInput(input);
    if (isChain(parsed)) return (await lookAtDatabase(deps)).store;
    return await declaredStoreOpener(deps)(adHocPart(parsed).to);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
