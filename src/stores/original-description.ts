import { z } from 'zod';
import { CorruptDataError } from '../errors.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import { parseJson } from '../parse-json.js';
import type { TableDescription } from './store.js';

/**
 * The descriptions of tables that came from another engine lie in the target's own key-value store, so that a table that
 * is carried to another engine and back is the table it was.
 */
const partition = new TextEncoder().encode('tables');

const entrySchema = z.object({
  format: z.literal(1),
  /** The physical identity of the table that is described: another table of the same name is not. */
  identity: z.string(),
  description: z.looseObject({
    name: z.string(),
    key: z.array(z.looseObject({ name: z.string(), type: z.enum(['S', 'N', 'B']) })).min(1),
    ttlAttribute: z.string().optional(),
    origin: z.looseObject({ engine: z.enum(['dynamodb', 'postgres', 'archive', 'memory']), metadata: z.json() }),
  }),
});

/**
 * Keeps `description`, as it was in the engine it came from, for the table of this identity. How many items the table
 * had there is not kept: it says nothing of the one that is here.
 */
export async function saveOriginalDescription(
  kv: KeyValueStore,
  description: TableDescription,
  identity: string,
): Promise<void> {
  const { items: _items, sizeBytes: _sizeBytes, ...kept } = description;
  const entry = { format: 1, identity, description: kept };
  await kv.set(partition, keyOf(description.name), new TextEncoder().encode(JSON.stringify(entry)));
}

/**
 * The description that was kept for this table, with the identity of the table that is there; undefined when none was,
 * or when the table was made anew since. Throws CorruptDataError when it does not parse.
 */
export async function loadOriginalDescription(
  kv: KeyValueStore,
  table: string,
  identity: string,
): Promise<TableDescription | undefined> {
  const entry = await kv.get(partition, keyOf(table));
  if (entry === undefined) return undefined;
  const parsed = entrySchema.safeParse(json(entry.value));
  if (!parsed.success) throw new CorruptDataError(`the original description of table "${table}" does not parse`);
  if (parsed.data.identity !== identity) return undefined;
  return { ...(parsed.data.description as unknown as TableDescription), identity };
}

export async function forgetOriginalDescription(kv: KeyValueStore, table: string): Promise<void> {
  await kv.delete(partition, keyOf(table));
}

function keyOf(table: string): Uint8Array {
  return new TextEncoder().encode(table);
}

function json(value: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch {
    return undefined;
  }
}
