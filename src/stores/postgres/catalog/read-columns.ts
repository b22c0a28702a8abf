import type { ClientBase } from 'pg';
import { rows, setSearchPath } from './in-schema.js';
import type { OwnedSequence } from './read-sequences.js';
import type { PostgresColumn } from '../metadata.js';
import type { ColumnDefinition } from './table-definition.js';

interface Row {
  readonly name: string;
  readonly type: string;
  readonly base: string;
  readonly array: boolean;
  readonly collation: string | null;
  readonly notNull: boolean;
  readonly expression: string | null;
  readonly generated: '' | 's' | 'v';
  readonly identity: '' | 'a' | 'd';
  readonly comment: string | null;
}

/** What is left of a type when its domains are resolved. */
const belowDomains = (type: string) => `
  (WITH RECURSIVE down(oid, depth) AS (
    SELECT ${type}, 0 UNION ALL
    SELECT b.typbasetype, depth + 1 FROM down JOIN pg_type b ON b.oid = down.oid WHERE b.typtype = 'd'
  ) SELECT oid FROM down ORDER BY depth DESC LIMIT 1)`;

/** The columns in their order. A NOT NULL that is not validated is a constraint for later, like all of that kind. */
const columnsQuery = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, whole.typinput = 'array_in'::regproc AS array,
    CASE element.typtype WHEN 'e' THEN 'enum' WHEN 'r' THEN 'range' WHEN 'm' THEN 'multirange' ELSE
      CASE WHEN element.typtype = 'b' AND element.typnamespace = 'pg_catalog'::regnamespace
        AND element.typname NOT IN ('int2vector', 'oidvector') THEN element.typname ELSE 'text-form' END END AS base,
    CASE WHEN a.attcollation <> t.typcollation THEN (SELECT
      CASE WHEN cn.nspname = current_schema THEN '' ELSE quote_ident(cn.nspname) || '.' END || quote_ident(co.collname)
      FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation)
    END AS collation,
    a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint n WHERE n.conrelid = a.attrelid AND n.contype = 'n'
      AND a.attnum = ANY (n.conkey) AND NOT n.convalidated) AS "notNull",
    pg_get_expr(d.adbin, d.adrelid) AS expression, a.attgenerated AS generated, a.attidentity AS identity,
    col_description(a.attrelid, a.attnum) AS comment
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_type whole ON whole.oid = ${belowDomains('a.atttypid')}
  JOIN pg_type element ON element.oid =
    CASE WHEN whole.typinput = 'array_in'::regproc THEN ${belowDomains('whole.typelem')} ELSE whole.oid END
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attnum`;

/** The columns as they are made again: names in the table's schema stand alone. */
export async function readColumns(
  client: ClientBase,
  oid: string,
  sequences: readonly OwnedSequence[],
): Promise<ColumnDefinition[]> {
  const found = await rows<Row>(client, columnsQuery, [oid]);
  return found.map(({ name, type, collation, notNull, expression, generated, identity, comment }) => ({
    name,
    type,
    collation,
    notNull,
    default: generated === '' ? expression : null,
    generated:
      generated === '' ? null : { kind: generated === 's' ? 'stored' : 'virtual', expression: expression ?? '' },
    identity: identity === '' ? null : { always: identity === 'a', sequence: identitySequence(name, sequences) },
    comment,
  }));
}

/** The columns as they are used, whatever the `search_path`: every name beyond PostgreSQL's own has its schema. */
export async function readQualifiedColumns(client: ClientBase, schema: string, oid: string): Promise<PostgresColumn[]> {
  await setSearchPath(client, []);
  const found = await rows<Row>(client, columnsQuery, [oid]);
  await setSearchPath(client, [schema]);
  return found.map(({ name, type, base, array, notNull, expression, generated, identity, collation }) => ({
    name,
    type,
    base,
    array,
    notNull,
    ...(expression !== null && generated === '' ? { default: expression } : {}),
    ...(expression !== null && generated !== '' ? { generated: expression } : {}),
    ...(identity === '' ? {} : { identity: identity === 'a' ? ('always' as const) : ('default' as const) }),
    ...(collation === null ? {} : { collation }),
  }));
}

function identitySequence(column: string, sequences: readonly OwnedSequence[]) {
  const found = sequences.find((sequence) => sequence.identity && sequence.definition.column === column);
  if (found === undefined) throw new Error(`the identity column "${column}" has no sequence`);
  const { column: _, ...sequence } = found.definition;
  return sequence;
}
