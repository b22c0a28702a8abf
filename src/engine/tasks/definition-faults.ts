import type { Fault } from '../../errors.js';
import type { RegisteredMigration, Registry } from '../../migrations/registry.js';
import type { Project } from '../../project.js';

/** What migrations name that the project does not declare: a flag that is misspelt would be off for ever. */
export function definitionFaults({ migrations }: Registry, { stores, flags = {} }: Project): Fault[] {
  return migrations.flatMap((migration) => [
    ...flagFaults(migration, Object.keys(flags)),
    ...storeFaults(migration, Object.keys(stores)),
  ]);
}

function flagFaults({ file, definition }: RegisteredMigration, declared: readonly string[]): Fault[] {
  const { when } = definition;
  if (when === undefined || declared.includes(when)) return [];
  return [
    { field: file, message: `requires the flag "${when}", and the configuration's flags are ${listed(declared)}` },
  ];
}

function storeFaults({ file, definition }: RegisteredMigration, declared: readonly string[]): Fault[] {
  return (definition.stores ?? [])
    .filter((name) => !declared.includes(name))
    .map((name) => ({
      field: file,
      message: `uses the store "${name}", and the configuration declares ${listed(declared)}`,
    }));
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}
