import { InputError } from '../../errors.js';
import type { Store } from '../../stores/store.js';
import type { Dependencies } from '../dependencies.js';

/** Opens declared stores by their names. What it returns throws InputError for a name that the project does not declare. */
export function declaredStoreOpener({
  project,
  openStore,
}: Pick<Dependencies, 'project' | 'openStore'>): (name: string) => Promise<Store> {
  return async (name) => {
    if (Object.hasOwn(project.stores, name)) return await openStore(name);
    const declared = Object.keys(project.stores).join(', ');
    throw new InputError([
      { field: 'stores', message: `"${name}" is not a store of the project: it declares ${declared}` },
    ]);
  };
}

/** The names of the declared stores that can be opened here. */
export function reachableStores({ project, reaches }: Pick<Dependencies, 'project' | 'reaches'>): string[] {
  return Object.keys(project.stores).filter((name) => reaches?.(name) ?? true);
}

/** The name of the store whose version the chain changes. Throws InputError where the project names none. */
export function databaseName({ project }: Pick<Dependencies, 'project'>): string {
  const { database, stores } = project;
  if (database !== undefined && Object.hasOwn(stores, database)) return database;
  const message = 'is missing: name the declared store whose version the migrations change';
  throw new InputError([{ field: 'configuration, database', message }]);
}
