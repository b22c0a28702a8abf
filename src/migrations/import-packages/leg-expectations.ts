import type { Item } from '../../stores/item.js';
import { keyValueKey } from '../../stores/key-value-table.js';
import type { Expectation, View, ViewSource } from '../migration.js';
import { writeIdIn } from './entry-item.js';
import { parcelOf, type Leg, type LegContext, type Parcel } from './leg.js';
import { entryItems } from './package-entries.js';

/** What must equal what, package by package, in the order of their titles. */
export function* legExpectations(leg: Leg, after: string): Iterable<Expectation> {
  const { from, to, parcels } = leg;
  for (const parcel of [...parcels].sort((a, b) => (a.title < b.title ? -1 : 1))) {
    if (parcel.title <= after) continue;
    const [table = '', ...tables] = parcel.tables;
    const expected = { store: from, table, ...(tables.length > 0 ? { tables } : {}), key: keyValueKey };
    const actual = { store: to, table: parcel.table, key: keyValueKey };
    yield {
      table: parcel.title,
      relation: 'equal',
      expected: transformedIf(parcel.migrate !== undefined, expected),
      actual: transformedIf(isShared(leg, parcel), actual),
    };
  }
}

function transformedIf(transformed: boolean, view: View): View {
  return transformed ? { ...view, transformed } : view;
}

/** Whether other packages' entries lie in the same table. */
function isShared({ parcels }: Leg, { table }: Parcel): boolean {
  return parcels.filter((parcel) => parcel.table === table).length > 1;
}

/** See `Migration.transformed`: rows as entries, and of a table of several packages the entries of this one. */
export async function comparedEntries(
  context: LegContext,
  title: string,
  items: readonly Item[],
  { side, table }: ViewSource,
): Promise<readonly Item[]> {
  const { leg, attempt } = context;
  const parcel = parcelOf(leg, title);
  if (side === 'actual') return items.filter((item) => ownerOf(leg, parcel, item, attempt) === parcel);
  const entries: Item[] = [];
  for await (const batch of entryItems({ leg, parcel, attempt }, { table, items })) entries.push(...batch);
  return entries;
}

/** Whose an entry is. What no package wrote is counted with the first of them, so that it is found. */
function ownerOf({ parcels }: Leg, { table }: Parcel, item: Item, attempt: string): Parcel | undefined {
  const sharing = parcels.filter((parcel) => parcel.table === table);
  const id = writeIdIn(item);
  return sharing.find((parcel) => parcel.writeId(attempt) === id) ?? sharing[0];
}
