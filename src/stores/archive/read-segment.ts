import { z } from 'zod';
import { CorruptDataError, InputError } from '../../errors.js';
import type { Cursor, KeyColumn, Page, ReadOptions, Segment } from '../store.js';
import type { ArchivePlace } from './archive-place.js';
import { findTable, type ArchivedTable } from './catalogue.js';
import { joinPath } from './layout.js';
import { dataFiles, expectedOf, type DataFile } from './parts.js';
import { readFile, type FileOptions } from './read-file.js';

/**
 * A segment is the data files whose names come after `after` and up to `upTo`; null is an open end. A name may be at
 * most once in a table, so segments are disjoint, and together they cover it whatever is written later.
 */
const rangeSchema = z.object({ exportId: z.string(), after: z.string().nullable(), upTo: z.string().nullable() });

/** All of `file` was read, or its first `lines`: a compressed file can only be read from its start, so they are skipped. */
const cursorSchema = z.object({ file: z.string(), lines: z.number().int().positive().nullable() });

/** 1 to `parts` groups of data files that are neighbours by name, of about the same size. */
export async function splitTable(place: ArchivePlace, table: ArchivedTable, parts: number): Promise<Segment[]> {
  const files = await dataFiles(place, table);
  const sizes = new Map<string, number>();
  for await (const { path, sizeBytes } of place.files(joinPath(table.paths.folder, 'data'))) sizes.set(path, sizeBytes);
  const total = files.reduce((sum, file) => sum + (sizes.get(file.path) ?? 0), 0);
  const bounds: string[] = [];
  let soFar = 0;
  for (const file of files.slice(0, -1)) {
    soFar += sizes.get(file.path) ?? 0;
    if (bounds.length < parts - 1 && soFar * parts >= total * (bounds.length + 1)) bounds.push(file.name);
  }
  return [...bounds, null].map((upTo, index) => {
    const range: z.infer<typeof rangeSchema> = { exportId: table.exportId, after: bounds[index - 1] ?? null, upTo };
    return { table: table.name, index, range };
  });
}

/**
 * See `Store.read`. The table must be the one that was split, not one that was made anew since. `key` is the one that was
 * named for exports of AWS; Carryover checks the keys of its own when it writes.
 */
export async function* readSegment(
  place: ArchivePlace,
  segment: Segment,
  from?: Cursor,
  options: ReadOptions = {},
  key?: readonly KeyColumn[],
): AsyncIterable<Page> {
  const table = await findTable(place, segment.table);
  assertReadable(table);
  const range = rangeSchema.parse(segment.range);
  if (range.exportId !== table.exportId) {
    throw new CorruptDataError(
      `${place.location}: table "${table.name}" was made anew since its segments were planned`,
    );
  }
  const cursor = from === undefined ? undefined : cursorSchema.parse(from);
  for (const file of await dataFiles(place, table)) {
    if (isOutside(file, range) || isRead(file, cursor)) continue;
    const skip = cursor?.file === file.name ? (cursor.lines ?? 0) : 0;
    yield* pagesOf(place, table, file, skip, {
      pageItems: options.pageItems,
      key: table.own === undefined ? key : undefined,
    });
  }
}

/** Refuses what is an export of AWS, but not one that can be read. */
export function assertReadable(table: ArchivedTable): void {
  if (table.summary === undefined) return;
  const field = `table "${table.name}"`;
  const { outputFormat, exportType } = table.summary;
  if (outputFormat !== 'DYNAMODB_JSON') {
    const message = `its export is in the format ${outputFormat}; only exports in DYNAMODB_JSON can be read`;
    throw new InputError([{ field, message }]);
  }
  if (exportType !== undefined && exportType !== null && exportType !== 'FULL_EXPORT') {
    throw new InputError([
      { field, message: `its export is of the type ${exportType}; only a FULL_EXPORT holds a table` },
    ]);
  }
}

function isOutside(file: DataFile, range: z.infer<typeof rangeSchema>): boolean {
  return (range.after !== null && file.name <= range.after) || (range.upTo !== null && file.name > range.upTo);
}

function isRead(file: DataFile, cursor: z.infer<typeof cursorSchema> | undefined): boolean {
  if (cursor === undefined || file.name > cursor.file) return false;
  return file.name < cursor.file || cursor.lines === null;
}

async function* pagesOf(
  place: ArchivePlace,
  table: ArchivedTable,
  file: DataFile,
  skip: number,
  options: FileOptions,
): AsyncIterable<Page> {
  let requests = 1;
  for await (const page of readFile(place, file, await expectedOf(place, table, file), skip, options)) {
    const cursor: z.infer<typeof cursorSchema> = { file: file.name, lines: page.last ? null : page.lines };
    yield { items: page.items, sizeBytes: page.sizeBytes, cursor, usage: { requests, readUnits: 0, writeUnits: 0 } };
    requests = 0;
  }
}
