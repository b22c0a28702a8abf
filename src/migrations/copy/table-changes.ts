import type { Item } from '../../stores/item.js';
import type { KeyColumn, TableDescription } from '../../stores/store.js';
import { rekeyedOrigin } from '../../stores/rekeyed-origin.js';

/** What becomes of a table on its way into the target. */
export interface TableChange {
  /** Its name in the target. Default: the one that it has in the source. */
  readonly as?: string;
  /** Its primary key in the target. Default: the one that it has in the source. */
  readonly key?: readonly KeyColumn[];
  /**
   * What an item of the source becomes: another one, several, or undefined to leave it out. It must give the same for the
   * same item every time, since validation asks it again.
   */
  transform?(item: Item): Transformed | Promise<Transformed>;
}

export type Transformed = Item | readonly Item[] | undefined;

/** By the names that the tables have in the source. */
export type TableChanges = Readonly<Record<string, TableChange>>;

/** The change of a table of the source; one that changes nothing where none is named. */
export function changeOf(changes: TableChanges, table: string): TableChange {
  return (Object.hasOwn(changes, table) ? changes[table] : undefined) ?? {};
}

/** Whether its items become others, or are found by another key. */
export function changesItems({ key, transform }: TableChange): boolean {
  return key !== undefined || transform !== undefined;
}

/** Whether items of this table that cannot be carried are kept in quarantine; elsewhere they fail their unit. */
export function isQuarantining(
  { changes, quarantine }: { readonly changes: TableChanges; readonly quarantine: number | undefined },
  table: string,
): boolean {
  return quarantine !== undefined || changesItems(changeOf(changes, table));
}

/**
 * A table of the source as it will be in the target. One that is only renamed stays what it is. What becomes of its items
 * may not fit the columns that a relational engine made of it, or the indexes of another key: then it is described as a
 * table of items.
 */
export function changedDescription(description: TableDescription, change: TableChange): TableDescription {
  const renamed = { ...description, name: change.as ?? description.name };
  if (!changesItems(change)) return renamed;
  const key = change.key ?? description.key;
  const sameKey = JSON.stringify(columns(key)) === JSON.stringify(columns(description.key));
  if (sameKey && description.origin.engine === 'dynamodb') return renamed;
  return { ...renamed, key, origin: rekeyedOrigin(description.origin, key) };
}

/** What a table has in the source and does not keep, since its items or its key change. */
export function lossOf(
  { origin }: TableDescription,
  change: TableChange,
  target: TableDescription,
): string | undefined {
  if (!changesItems(change)) return undefined;
  if (origin.engine === 'postgres')
    return 'its items are changed, so it is made as a table of items: its columns, indexes, constraints and sequences are not carried';
  const indexed = /"(Local|Global)SecondaryIndexes"/;
  const lost = indexed.test(JSON.stringify(origin.metadata)) && !indexed.test(JSON.stringify(target.origin.metadata));
  return lost ? 'its key changes: its secondary indexes are not carried' : undefined;
}

function columns(key: readonly KeyColumn[]): string[][] {
  return key.map(({ name, type }) => [name, type]);
}
