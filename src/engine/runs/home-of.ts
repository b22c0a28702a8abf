import type { Store } from '../../stores/store.js';
import type { Dependencies } from '../dependencies.js';
import { databaseName, declaredStoreOpener } from '../tasks/declared-stores.js';
import { adHocPart, isChain, type ExecutionInput } from './execution-input.js';

/** The store that holds the lease of a run with this input. Throws InputError for one that is not declared. */
export async function homeOf(input: ExecutionInput, deps: Dependencies): Promise<Store> {
  return await declaredStoreOpener(deps)(isChain(input) ? databaseName(deps) : adHocPart(input).to);
}
