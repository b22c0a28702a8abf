import type { Json } from '../../json.js';
import type { UnitRecord } from '../../ledger/ledger.js';
import {
  addUsage,
  noUsage,
  type Cursor,
  type Page,
  type Segment,
  type Usage,
  type Writer,
} from '../../stores/store.js';
import type { Progress } from '../migration.js';
import type { CopyContext } from './copy-context.js';
import { openQuarantiningWriter } from './quarantining-writer.js';
import { isQuarantining } from './table-changes.js';

/** Carries one segment of a table, whose unit has the name of the target's: see carryPages. */
export async function* copySegment(
  unit: UnitRecord,
  from: Cursor | undefined,
  context: CopyContext,
): AsyncIterable<Progress> {
  const { source, target, fence } = context;
  const segment = unit.work as unknown as Segment;
  const resume = carryCursor(from);
  const { position: at } = resume;
  const writer = isQuarantining(context, segment.table)
    ? await openQuarantiningWriter(context, { unit, position: at, fromStart: resume.at === undefined })
    : target.writer(unit.table, { unit: unit.unit, position: at, fence });
  yield* carryPages(source.read(segment, resume.at), writer, resume, () => context.ending());
}

/**
 * Writes pages as they come, from behind a place on. Yields when the writer says that what it took makes a good batch,
 * transaction or part, and when the call's time is nearly over: everything yielded is durable. Ends the writer.
 */
export async function* carryPages(
  pages: AsyncIterable<Page>,
  writer: Writer,
  { position: from }: CarryCursor,
  ending: () => boolean,
): AsyncIterable<Progress> {
  let position = from;
  let pending = nothing;
  try {
    let last: Cursor | undefined;
    for await (const page of pages) {
      await writer.write(page.items);
      pending = {
        items: pending.items + page.items.length,
        sizeBytes: pending.sizeBytes + page.sizeBytes,
        usage: addUsage(pending.usage, page.usage),
      };
      last = page.cursor;
      if (!writer.full && !ending()) continue;
      yield flushed(await writer.flush(), pending, { at: last, position: ++position });
      pending = nothing;
    }
    // Also with nothing left to write: an archive then removes what a killed call had written beyond its checkpoint.
    const written = await writer.flush();
    if (last !== undefined && pending !== nothing) yield flushed(written, pending, { at: last, position: ++position });
  } finally {
    await writer.abandon();
  }
}

/** Where to go on reading, and how many flushes were made: an archive names its parts by them. */
export interface CarryCursor {
  readonly at?: Cursor;
  readonly position: number;
}

/** The place that a checkpoint holds; the beginning without one. */
export function carryCursor(from: Cursor | undefined): CarryCursor {
  return from === undefined ? { position: 0 } : (from as unknown as CarryCursor);
}

const nothing: Omit<Progress, 'cursor'> = { items: 0, sizeBytes: 0, usage: noUsage };

function flushed(written: Usage, read: Omit<Progress, 'cursor'>, cursor: CarryCursor): Progress {
  return { ...read, usage: addUsage(read.usage, written), cursor: cursor as unknown as Json };
}
