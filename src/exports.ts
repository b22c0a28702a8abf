/** What `carryover` gives to configurations and migrations: see docs/configuration.md. Loads no engine of its own. */
export { defineProject, type DeclaredStore, type FreezeCall, type Project, type StoreDeclaration } from './project.js';
export type {
  MigrationDefinition,
  PartitionContext,
  PartitionedStep,
  PartitionProgress,
  Stage,
} from './migrations/definition.js';
export {
  copyTables,
  type AttributeValue,
  type CopyTablesOptions,
  type Item,
  type KeyColumn,
  type TableChange,
  type TableChanges,
  type Transformed,
} from './migrations/copy/copy-tables.js';
export { forEachPartition, type ForEachPartitionOptions } from './migrations/for-each-partition/for-each-partition.js';
export {
  importPackages,
  type ImportPackagesOptions,
  type KeyValuePlace,
  type PackageContext,
  type PackageEntry,
  type PackageToImport,
} from './migrations/import-packages/import-packages.js';
export {
  rollover,
  type ExternalIndex,
  type IndexContext,
  type KeptTime,
  type RolloverOptions,
} from './migrations/rollover/rollover.js';
export { sql, type SqlInput } from './migrations/sql/sql.js';
