import { InputError, type Fault } from '../../errors.js';
import type { Store } from '../../stores/store.js';
import { storeCollector } from '../collected-stores.js';
import type { Stage } from '../definition.js';
import type { ImportPackagesOptions } from './packages.js';

/** The stores of an import of packages, opened, with their names in the project. */
export interface PackageStores {
  readonly from: string;
  readonly source: Store;
  readonly to: string;
  readonly target: Store;
  /** The table of `target` that holds the key-value store. */
  readonly table: string;
  readonly via?: { readonly name: string; readonly store: Store };
}

const defaultTable = 'key_values';

/** Throws InputError, all faults together, for stores that the project does not declare, or that cannot be used so. */
export async function openPackageStores(stage: Stage, options: ImportPackagesOptions): Promise<PackageStores> {
  const { from = stage.database, to: { store: to = stage.database, table = defaultTable } = {}, via } = options;
  const faults: Fault[] = [];
  const opened = storeCollector(stage, (option) => `${stage.name}, ${option}`, faults);
  const [source, target] = [await opened('from', from), await opened('to.store', to)];
  const staging = via === undefined ? undefined : await opened('via', via);
  if (source === undefined || target === undefined || faults.length > 0) throw new InputError(faults);
  const staged = via === undefined || staging === undefined ? {} : { via: { name: via, store: staging } };
  const stores = { from, source, to, target, table, ...staged };
  assertApart(stage, options, stores);
  return stores;
}

/** Throws InputError where two of the stores are one: what is removed from the one would be gone from the other. */
function assertApart({ name }: Stage, { packages }: ImportPackagesOptions, stores: PackageStores): void {
  const { from, source, to, target, table, via } = stores;
  const faults: Fault[] = [];
  const fault = (option: string, message: string): void => void faults.push({ field: `${name}, ${option}`, message });
  if (from !== to && isSame(source, target))
    fault('to', `"${to}" is the same store as "${from}" (${source.location}): give one name`);
  for (const [other, store] of [
    [from, source],
    [to, target],
  ] as const)
    if (via !== undefined && (via.name === other || isSame(via.store, store)))
      fault(
        'via',
        `"${via.name}" is the store "${other}" (${store.location}): the export is removed in the end, so it needs a store of its own`,
      );
  const owner = packages.find(({ tables }) => tables.includes(table));
  if (from === to && owner !== undefined)
    fault('to.table', `"${table}" is a table of package "${owner.name}": give the key-value store another`);
  if (faults.length > 0) throw new InputError(faults);
}

/** A store in memory without a name has its own tables, and the location of all such. */
function isSame(a: Store, b: Store): boolean {
  return a === b || (a.engine !== 'memory' && a.location === b.location);
}

/** `drops`: what a fresh start drops. Faults where the stores would be used against their declarations, or cannot hold what they are to hold. */
export function storeFaults(
  stage: Stage,
  options: ImportPackagesOptions,
  stores: PackageStores,
  drops: readonly string[],
): Fault[] {
  const { from, to, target, via } = stores;
  const faults: Fault[] = [];
  const fault = (option: string, message: string): void =>
    void faults.push({ field: `${stage.name}, ${option}`, message });
  if (stage.declared(from)?.role === 'target')
    fault('from', `"${from}" is declared with the role "target": nothing is read from it`);
  for (const [option, name] of [
    ['to', to],
    ['via', via?.name ?? to],
  ] as const)
    if (stage.declared(name)?.role === 'source')
      fault(option, `"${name}" is declared with the role "source": it is never written to`);
  if (!target.capabilities.merge)
    fault('to', `${target.location} is an archive, which holds no key-value store: name it as via`);
  if (stage.declared(from)?.role === 'source' && options.keepTables !== true)
    fault(
      'keepTables',
      `"${from}" is declared with the role "source", and the packages' tables are dropped once the version is written: set keepTables: true, or give it no role`,
    );
  for (const [option, name, what] of dropping(options, stores, drops))
    if (stage.declared(name) !== undefined && stage.declared(name)?.allowReplace !== true)
      fault(option, `${what}, which the declaration of "${name}" does not allow: give it allowReplace: true`);
  return faults;
}

/** What is dropped of which store. A declaration in its long form says what may be done; a URL alone says nothing. */
function dropping(
  { keepTables, onRerun }: ImportPackagesOptions,
  { from, to, via }: PackageStores,
  drops: readonly string[],
): (readonly [string, string, string])[] {
  return [
    ...(keepTables === true
      ? []
      : [['keepTables', from, "the packages' tables are dropped once the version is written"] as const]),
    ...(via === undefined ? [] : [['via', via.name, 'the export is removed once it is imported'] as const]),
    ...(onRerun !== 'restart' && drops.length > 0
      ? [['to', to, `${drops.join(', ')} would be dropped, as an unfinished run made them`] as const]
      : []),
    ...(onRerun === 'restart' ? [['onRerun', to, '"restart" drops what an unfinished run made'] as const] : []),
  ];
}
