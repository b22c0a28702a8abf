import { InputError, type Fault } from '../../errors.js';
import type { Dependencies } from '../dependencies.js';
import { withoutSecrets } from '../runs/recorded-input.js';
import { sameStoreFaults } from './same-store.js';
import { storeUseFaults, type UsedStores } from './store-uses.js';

/**
 * Throws InputError, with all faults together, for names of stores that the project does not declare, or declares for another
 * use, or that mean one store. `further`: what else is wrong with the input.
 */
export function assertStores(used: UsedStores, { project }: Dependencies, further: readonly Fault[] = []): void {
  const declared = Object.keys(project.stores);
  const { field, from, to } = used;
  const unknown = Object.entries({ from, to }).flatMap(([name, store]) => {
    if (store === undefined || declared.includes(store)) return [];
    const message = `"${withoutSecrets(store)}" is not a store of the project: it declares ${declared.join(', ')}`;
    return [{ field: `${field}.${name}`, message }];
  });
  const same = from === undefined ? [] : sameStoreFaults(project, { field, from, to });
  const faults = [...unknown, ...same, ...storeUseFaults(project, used), ...further];
  if (faults.length > 0) throw new InputError(faults);
}
