import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CorruptDataError } from '../../errors.js';
import type { Json } from '../../json.js';
import { parseJson } from '../../parse-json.js';
import type { Fence, TableDescription } from '../store.js';
import type { ArchivePlace } from './archive-place.js';
import { descriptionFile, joinPath, ownFolder } from './layout.js';

const jsonSchema: z.ZodType<Json> = z.json();

const tableSchema = z.object({
  name: z.string(),
  key: z.array(z.object({ name: z.string(), type: z.enum(['S', 'N', 'B']) })).min(1),
  ttlAttribute: z.string().optional(),
  origin: z.object({ engine: z.enum(['dynamodb', 'postgres', 'archive', 'memory']), metadata: jsonSchema }),
});

const ownDescriptionSchema = z.object({
  format: z.literal(1),
  /** `dropping`: nobody may read the table any more; its files are being removed. */
  state: z.enum(['here', 'dropping']),
  /** Names the current export; the table's physical identity. */
  exportId: z.string(),
  /** DynamoDB gives each table a UUID; so do archives, for the manifest. */
  tableId: z.string(),
  createdAt: z.string(),
  table: tableSchema,
});

/** What Carryover keeps of a table that it wrote into an archive: the key schema and origin that AWS's layout has no place for. */
export type OwnDescription = z.infer<typeof ownDescriptionSchema>;

export function newDescription(table: TableDescription, now: Date): OwnDescription {
  return {
    format: 1,
    state: 'here',
    // As AWS names exports: milliseconds in 14 digits, and 8 random hexadecimal ones.
    exportId: `${String(now.getTime()).padStart(14, '0')}-${randomBytes(4).toString('hex')}`,
    tableId: randomUUID(),
    createdAt: now.toISOString(),
    table: {
      name: table.name,
      key: table.key.map(({ name, type }) => ({ name, type })),
      ttlAttribute: table.ttlAttribute,
      origin: table.origin,
    },
  };
}

function pathOf(base: string): string {
  return joinPath(base, ownFolder, descriptionFile);
}

/** The description in the table folder `base`; undefined when Carryover did not write this folder. */
export async function readDescription(place: ArchivePlace, base: string): Promise<OwnDescription | undefined> {
  const body = await place.read(pathOf(base));
  if (body === undefined) return undefined;
  try {
    return ownDescriptionSchema.parse(parseJson(body.toString('utf8')));
  } catch (error) {
    throw new CorruptDataError(`${place.location}: ${pathOf(base)} is no description of a table`, { cause: error });
  }
}

/** Writes the first description of a table. False: there is one. */
export function createDescription(
  place: ArchivePlace,
  base: string,
  description: OwnDescription,
  fence?: Fence,
): Promise<boolean> {
  return place.create(pathOf(base), encode(description), fence);
}

export function replaceDescription(
  place: ArchivePlace,
  base: string,
  description: OwnDescription,
  fence?: Fence,
): Promise<void> {
  return place.put(pathOf(base), encode(description), fence);
}

export function removeDescription(place: ArchivePlace, base: string, fence?: Fence): Promise<void> {
  return place.remove([pathOf(base)], fence);
}

function encode(description: OwnDescription): Uint8Array {
  return Buffer.from(`${JSON.stringify(description, undefined, 2)}\n`);
}
