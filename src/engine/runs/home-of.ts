import type { Store } from '../../stores/store.js';
import type { Dependencies } from '../dependencies.js';
import { databaseName, declaredStoreOpener } from '../tasks/declared-stores.js';
import type { ExecutionInput } from './execution-input.js';

/** The store that holds the lease of a run with this input. Throws InputError for one that is not declared. */
export async function homeOf({ copy }: ExecutionInput, deps: Dependencies): Promise<Store> {
  return await declaredStoreOpener(deps)(copy === undefined ? databaseName(deps) : copy.to);
}
