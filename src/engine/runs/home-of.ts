import type { Store } from '../../stores/store.js';
import type { Dependencies } from '../dependencies.js';
import { openDatabase } from '../home/open-database.js';
import { declaredStoreOpener } from '../tasks/declared-stores.js';
import { adHocPart, isChain, type ExecutionInput } from './execution-input.js';

/**
 * The store that holds the lease of a run with this input: of the version chain, wherever the database is at home by now. Throws
 * InputError for one that is not declared, and what openDatabase throws.
 */
export async function homeOf(input: ExecutionInput, deps: Dependencies): Promise<Store> {
  if (isChain(input)) return (await openDatabase(deps)).store;
  return await declaredStoreOpener(deps)(adHocPart(input).to);
}
