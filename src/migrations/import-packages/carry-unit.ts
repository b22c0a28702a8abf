import type { UnitRecord } from '../../ledger/ledger.js';
import type { Cursor, Segment, Writer } from '../../stores/store.js';
import { carryCursor, carryPages } from '../copy/copy-segment.js';
import type { Progress } from '../migration.js';
import { chunkRows, parcelOf, type LegContext, type Parcel } from './leg.js';
import { entryItems } from './package-entries.js';

/** Carries one segment of a table of a package. */
export async function* carryUnit(
  unit: UnitRecord,
  from: Cursor | undefined,
  context: LegContext,
): AsyncIterable<Progress> {
  const { leg } = context;
  const { source, target } = leg;
  const parcel = parcelOf(leg, unit.table);
  const segment = unit.work as unknown as Segment;
  const resume = carryCursor(from);
  const fence = context.fenceFor(target);
  const writer = target.writer(parcel.table, { unit: unit.unit, position: resume.position, fence });
  const entries = migrating(writer, context, parcel, segment.table);
  for await (const progress of carryPages(
    source.read(segment, resume.at, { pageItems: chunkRows }),
    entries,
    resume,
    () => context.ending(),
  ))
    // A part of an archive is replaced whole: it is covered by a checkpoint at once, so that none is written twice.
    yield target.capabilities.merge ? progress : { ...progress, save: true };
}

/** The writer, which takes rows and writes what the package makes of them. */
function migrating(writer: Writer, { leg, attempt }: LegContext, parcel: Parcel, table: string): Writer {
  return {
    get full() {
      return writer.full;
    },
    async write(items) {
      for await (const batch of entryItems({ leg, parcel, attempt }, { table, items })) await writer.write(batch);
    },
    flush: () => writer.flush(),
    abandon: () => writer.abandon(),
  };
}
