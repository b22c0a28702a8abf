import { InputError, type Fault } from '../../errors.js';
import type { ExportedStep, MigrationDefinition } from '../definition.js';
import { exportPackages } from './exported-packages.js';
import { assertImportPackagesOptions } from './import-packages-options.js';
import { importMigration } from './import-migration.js';
import { openPackageStores } from './open-packages.js';
import type { ImportPackagesOptions } from './packages.js';

export type {
  ImportPackagesOptions,
  KeyValuePlace,
  PackageContext,
  PackageEntry,
  PackageToImport,
} from './packages.js';

/**
 * A migration that carries a service into a key-value store: each package turns the rows of its own tables into entries. See
 * docs/migrations/import-packages.md. Throws InputError with all that is wrong with the options.
 */
export function importPackages(options: ImportPackagesOptions): MigrationDefinition {
  assertImportPackagesOptions(options);
  const { from, to, via, when, onRerun } = options;
  return {
    kind: 'import-packages',
    ...(when === undefined ? {} : { when }),
    ...(onRerun === undefined ? {} : { onRerun }),
    stores: [from, to?.store, via].filter((name) => name !== undefined),
    exported: exported(options),
    open: async (stage) => importMigration(stage, options, await openPackageStores(stage, options)),
  };
}

function exported(options: ImportPackagesOptions): ExportedStep {
  return {
    packages: options.packages.map(({ name }) => name),
    async open(stage, to, names) {
      const packages = options.packages.filter(({ name }) => names?.includes(name) ?? true);
      const from = options.from ?? stage.database;
      if (to === from) throw new InputError([sameStoreFault(from)]);
      const stores = { from, source: await stage.openStore(from), to, target: await stage.openStore(to) };
      const option = (name: string): string => `export.${name}`;
      return exportPackages({ ...stores, packages, version: stage.version, option, title: (name) => name });
    },
  };
}

function sameStoreFault(from: string): Fault {
  return { field: 'export.to', message: `"${from}" holds the packages' tables themselves: export into another store` };
}
