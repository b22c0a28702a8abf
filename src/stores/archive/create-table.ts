import { InputError } from '../../errors.js';
import type { Fence, KeyColumn, TableDescription } from '../store.js';
import type { ArchivePlace } from './archive-place.js';
import { createDescription, newDescription, readDescription, type OwnDescription } from './description-file.js';
import { dropTable } from './drop-table.js';
import { exportPaths, exportsFolder, joinPath, longestFolder, ownFolder, tableFolder } from './layout.js';

const startedName = '_started';

/**
 * What keeps a table of this name from being made in an archive, in a sentence: its name, or what lies in its folder.
 * Undefined when nothing does, or the table is there.
 */
export async function targetComplaint(place: ArchivePlace, table: string): Promise<string | undefined> {
  const base = tableFolder(table);
  if (table === '') return 'it has no name';
  if (base === ownFolder) return `"${ownFolder}" is the name of Carryover's own folder in an archive`;
  if (base.length > longestFolder) return `its name is longer than a folder's may be (${longestFolder} bytes)`;
  const exports = await place.folders(joinPath(base, exportsFolder));
  // Looked for second: a table that another process makes in between has its description first.
  const own = await readDescription(place, base);
  if (own === undefined) {
    const foreign = `${place.location}: ${base} holds an export that Carryover did not write; move it away`;
    return exports.length > 0 ? foreign : undefined;
  }
  const differsInCase = `its folder ${base} belongs to table "${own.table.name}": their names differ in case alone`;
  return own.table.name === table ? undefined : differsInCase;
}

/**
 * Makes the folder of a table with its description and `_started`, which AWS puts there to see that the place can be
 * written. A table that is there and has the same key is left as it is. Returns the table's identity, its export's id.
 */
export async function createTable(place: ArchivePlace, table: TableDescription, fence?: Fence): Promise<string> {
  const field = `table "${table.name}"`;
  const complaint = await targetComplaint(place, table.name);
  if (complaint !== undefined) throw new InputError([{ field, message: complaint }]);
  const base = tableFolder(table.name);
  const own = await readOrCreate(place, base, table, fence);
  if (!sameKey(own.table.key, table.key)) {
    throw new InputError([{ field, message: `it is in ${place.location} with another key` }]);
  }
  await place.put(joinPath(exportPaths(base, own.exportId).folder, startedName), new Uint8Array(), fence);
  return own.exportId;
}

async function readOrCreate(
  place: ArchivePlace,
  base: string,
  table: TableDescription,
  fence: Fence | undefined,
): Promise<OwnDescription> {
  const before = await readDescription(place, base);
  if (before?.state === 'here') return before;
  // A drop that was killed is ended first.
  if (before !== undefined) while (!(await dropTable(place, table.name, fence))) continue;
  const created = newDescription(table, new Date());
  if (await createDescription(place, base, created, fence)) return created;
  // Another process was faster, or this one, when the answer to its first attempt was lost.
  return (await readDescription(place, base)) ?? created;
}

function sameKey(a: readonly KeyColumn[], b: readonly KeyColumn[]): boolean {
  const text = (key: readonly KeyColumn[]): string => JSON.stringify(key.map(({ name, type }) => [name, type]));
  return text(a) === text(b);
}
