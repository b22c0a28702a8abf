import { InputError, type Fault } from '../../errors.js';
import { storeCollector } from '../collected-stores.js';
import type { MigrationDefinition, Stage } from '../definition.js';
import type { Forecast } from '../forecast.js';
import type { Migration } from '../migration.js';
import type { CopyStores } from './copy-context.js';
import { copyMigration } from './copy-migration.js';
import { assertCopyTablesOptions, copyInputOf, type CopyTablesOptions } from './copy-tables-options.js';

export type { AttributeValue, Item } from '../../stores/item.js';
export type { KeyColumn } from '../../stores/store.js';
export type { CopyTablesOptions } from './copy-tables-options.js';
export type { TableChange, TableChanges, Transformed } from './table-changes.js';

/**
 * A migration that carries tables from one store into another, as they are or changed on their way: see
 * docs/migrations/copy-tables.md. Throws InputError with all that is wrong with the options.
 */
export function copyTables(options: CopyTablesOptions): MigrationDefinition {
  assertCopyTablesOptions(options);
  const { from, to, when, onRerun } = options;
  return {
    kind: 'copy-tables',
    ...(when === undefined ? {} : { when }),
    ...(onRerun === undefined ? {} : { onRerun }),
    stores: to === undefined ? [from] : [from, to],
    open: (stage) => open(stage, options),
  };
}

async function open(stage: Stage, options: CopyTablesOptions): Promise<Migration> {
  const { from, to = stage.database, changes = {}, quarantine = 0 } = options;
  const option = (name: string): string => `${stage.name}, ${name}`;
  const stores = await openStores(stage, { from, to }, option);
  const migration = copyMigration(copyInputOf(options, to), stores, changes, { option, quarantine });
  return {
    ...migration,
    async forecast(context) {
      const forecast = await migration.forecast(context);
      return { ...forecast, faults: [...useFaults(stage, options, forecast, option), ...forecast.faults] };
    },
  };
}

/** Throws InputError for those that the project does not declare. */
async function openStores(
  stage: Stage,
  { from, to }: { readonly from: string; readonly to: string },
  option: (name: string) => string,
): Promise<CopyStores> {
  const faults: Fault[] = [];
  const opened = storeCollector(stage, option, faults);
  const [source, target] = [await opened('from', from), await opened('to', to)];
  if (source === undefined || target === undefined) throw new InputError(faults);
  // A store in memory without a name has its own tables, and the location of all such.
  if (from !== to && source.engine !== 'memory' && source.location === target.location)
    faults.push({
      field: option('to'),
      message: `"${to}" is the same store as "${from}" (${source.location}): give one name`,
    });
  if (faults.length > 0) throw new InputError(faults);
  return { source, target, from, to };
}

/** Faults where the stores would be used against their declarations. */
function useFaults(
  stage: Stage,
  { from, to = stage.database, onExisting, onRerun }: CopyTablesOptions,
  { drops }: Forecast,
  option: (name: string) => string,
): Fault[] {
  const faults: Fault[] = [];
  const target = stage.declared(to);
  if (stage.declared(from)?.role === 'target') {
    const message = `"${from}" is declared with the role "target": nothing is read from it`;
    faults.push({ field: option('from'), message });
  }
  if (target?.role === 'source')
    faults.push({ field: option('to'), message: `"${to}" is declared with the role "source": it is never written to` });
  if (target === undefined || target.allowReplace === true || target.role === 'source') return faults;
  const remedy = `the declaration of "${to}" does not allow: give it allowReplace: true`;
  if (onExisting === 'replace')
    faults.push({ field: option('onExisting'), message: `"replace" drops tables, which ${remedy}` });
  if (onRerun === 'restart')
    faults.push({
      field: option('onRerun'),
      message: `"restart" drops what an unfinished run created, which ${remedy}`,
    });
  if (faults.length === 0 && drops.length > 0)
    faults.push({ field: option('to'), message: `${drops.join(', ')} would be dropped, which ${remedy}` });
  return faults;
}
