import { escapeIdentifier } from 'pg';
import type { ClientBase } from 'pg';
import { rows } from './in-schema.js';
import type { OwnedSequenceDefinition } from './table-definition.js';

export interface OwnedSequence {
  /** Whether it belongs to an identity column, which makes it. */
  readonly identity: boolean;
  readonly definition: OwnedSequenceDefinition;
}

interface Row extends Omit<OwnedSequenceDefinition, 'last' | 'called'> {
  readonly schema: string;
  readonly identity: boolean;
}

/**
 * Sequences that the table's columns own (`a`: serial, `i`: identity), and those of the table's schema that its
 * defaults use without owning them.
 */
const sequencesQuery = `
  SELECT n.nspname AS schema, c.relname AS name, used.column, used.identity, format_type(s.seqtypid, NULL) AS type,
    s.seqstart::text AS start, s.seqincrement::text AS increment, s.seqmin::text AS min, s.seqmax::text AS max,
    s.seqcache::text AS cache, s.seqcycle AS cycle
  FROM (
    SELECT o.objid, a.attname AS column, o.deptype = 'i' AS identity
    FROM pg_depend o LEFT JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
    WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.refobjid = $1::oid
      AND o.deptype IN ('a', 'i')
    UNION
    SELECT u.refobjid, NULL, false
    FROM pg_depend u JOIN pg_attrdef d ON u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid
    WHERE d.adrelid = $1::oid AND u.refclassid = 'pg_class'::regclass AND NOT EXISTS (
      SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = u.refobjid
        AND o.refclassid = 'pg_class'::regclass AND o.refobjid = $1::oid AND o.deptype IN ('a', 'i'))
  ) used
  JOIN pg_sequence s ON s.seqrelid = used.objid
  JOIN pg_class c ON c.oid = s.seqrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE used.column IS NOT NULL OR n.nspname = $2
  ORDER BY c.relname COLLATE "C"`;

export async function readSequences(client: ClientBase, schema: string, oid: string): Promise<OwnedSequence[]> {
  const found = await rows<Row>(client, sequencesQuery, [oid, schema]);
  const read: OwnedSequence[] = [];
  for (const { schema: place, identity, ...definition } of found) {
    // One that may not be read is a fault of preflight, which needs the description.
    const position = (await sequencePosition(client, place, definition.name)) ?? {
      last: definition.start,
      called: false,
    };
    read.push({ identity, definition: { ...definition, ...position } });
  }
  return read;
}

/**
 * Where a sequence stands; `last` is the next value itself as long as it was not called. Undefined when the user may
 * not read it.
 */
export async function sequencePosition(
  client: ClientBase,
  schema: string,
  name: string,
): Promise<{ last: string; called: boolean } | undefined> {
  const from = `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
  const [may] = await rows<{ read: boolean }>(client, "SELECT has_sequence_privilege($1, 'SELECT') AS read", [from]);
  if (may?.read !== true) return undefined;
  const [position] = await rows<{ last: string; called: boolean }>(
    client,
    `SELECT last_value::text AS last, is_called AS called FROM ${from}`,
  );
  return position;
}
