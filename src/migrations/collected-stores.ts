import { InputError, type Fault } from '../errors.js';
import type { Store } from '../stores/store.js';
import type { Stage } from './definition.js';

/**
 * Opens declared stores by their names, and adds a fault of the option that names one for each that the project does not declare;
 * undefined then. `option`: where a fault of an option is.
 */
export function storeCollector(
  stage: Stage,
  option: (name: string) => string,
  faults: Fault[],
): (field: string, name: string) => Promise<Store | undefined> {
  return async (field, name) => {
    try {
      return await stage.openStore(name);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(...error.faults.map(({ message }) => ({ field: option(field), message })));
      return undefined;
    }
  };
}
