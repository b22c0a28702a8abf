import type { Item } from '../../stores/item.js';
import { keyValueKey } from '../../stores/key-value-table.js';
import type { Expectation, View, ViewSource } from '../expectation.js';
import { writeIdIn } from './entry-item.js';
import { chunkRows, parcelOf, type Leg, type LegContext, type Parcel } from './leg.js';
import { entryItems } from './package-entries.js';

/** What must equal what, package by package, in the order of their titles. */
export function* legExpectations(leg: Leg, after: string): Iterable<Expectation> {
  const { to, parcels } = leg;
  for (const parcel of [...parcels].sort((a, b) => (a.title < b.title ? -1 : 1))) {
    if (parcel.title <= after) continue;
    const actual = { store: to, table: parcel.table, key: keyValueKey };
    yield {
      table: parcel.title,
      relation: 'equal',
      expected: expectedView(leg, parcel),
      actual: transformedIf(isShared(leg, parcel), actual),
    };
  }
}

function expectedView(leg: Leg, parcel: Parcel): View {
  const [proof, proven] = proofOf(leg, parcel);
  const [table = '', ...tables] = proven.tables;
  const view = { store: proof.from, table, ...(tables.length > 0 ? { tables } : {}), key: keyValueKey };
  return proven.migrate === undefined ? view : { ...view, transformed: true, pageItems: chunkRows };
}

/** Where what a package must have become is read, and how. */
function proofOf(leg: Leg, parcel: Parcel): [Leg, Parcel] {
  const { proof = leg } = leg;
  return [proof, proof.parcels.find((other) => other.package === parcel.package) ?? parcel];
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
  if (side === 'actual') return ownEntries(leg, parcel, attempt, items);
  const [proof, proven] = proofOf(leg, parcel);
  const entries: Item[] = [];
  for await (const batch of entryItems({ leg: proof, parcel: proven, attempt }, { table, items }))
    entries.push(...batch);
  return entries;
}

/** The entries of one package. What no package wrote is counted with the first of them, so that it is found. */
function ownEntries({ parcels }: Leg, parcel: Parcel, attempt: string, items: readonly Item[]): readonly Item[] {
  const sharing = parcels.filter(({ table }) => table === parcel.table);
  const owners = new Map(sharing.map((one) => [one.writeId(attempt), one]));
  return items.filter((item) => (owners.get(writeIdIn(item) ?? '') ?? sharing[0]) === parcel);
}
