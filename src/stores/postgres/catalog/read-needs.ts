import type { ClientBase } from 'pg';
import { rows } from './in-schema.js';
import type { TableDefinition } from './table-definition.js';

/**
 * What the table's columns, defaults, constraints, indexes and types depend on. PostgreSQL's own objects are pinned and
 * have no entries in `pg_depend`.
 */
const needsQuery = `
  WITH objects(classid, objid) AS (
    SELECT 'pg_class'::regclass::oid, unnest($1::oid[])
    UNION SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid = ANY ($1::oid[])
    UNION SELECT 'pg_constraint'::regclass, oid FROM pg_constraint
      WHERE (conrelid = ANY ($1::oid[]) AND contype <> 'f') OR contypid = ANY ($2::oid[])
    UNION SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid = ANY ($1::oid[])
    UNION SELECT 'pg_type'::regclass, unnest($2::oid[])
    UNION SELECT 'pg_class'::regclass, typrelid FROM pg_type WHERE oid = ANY ($2::oid[]) AND typrelid <> 0
  ), used(classid, objid) AS (
    SELECT d.refclassid, d.refobjid FROM pg_depend d JOIN objects o ON o.classid = d.classid AND o.objid = d.objid
      WHERE d.deptype = 'n'
    UNION SELECT 'pg_type'::regclass, unnest($2::oid[])
  ), free AS (
    SELECT u.* FROM used u WHERE NOT EXISTS (SELECT FROM pg_depend e
      WHERE e.classid = u.classid AND e.objid = u.objid AND e.deptype = 'e')
  )
  SELECT 'extensions' AS kind, x.extname::text AS name,
    (SELECT nullif(nspname, $3) FROM pg_namespace WHERE oid = x.extnamespace) AS schema FROM used u
    JOIN pg_depend e ON e.classid = u.classid AND e.objid = u.objid AND e.deptype = 'e'
    JOIN pg_extension x ON x.oid = e.refobjid WHERE x.extname <> 'plpgsql'
  UNION SELECT 'functions', objid::regprocedure::text, NULL FROM free WHERE classid = 'pg_proc'::regclass
  UNION SELECT 'collations', objid::regcollation::text, NULL FROM free WHERE classid = 'pg_collation'::regclass
  UNION SELECT 'sequences', objid::regclass::text, NULL FROM free JOIN pg_class c ON c.oid = objid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE classid = 'pg_class'::regclass AND c.relkind = 'S' AND n.nspname <> $3
  ORDER BY 1, 2`;

/** What must be in the target and is not carried, by the table's and its partitions' oids and its types'. */
export async function readNeeds(
  client: ClientBase,
  schema: string,
  tables: readonly string[],
  types: { readonly oids: readonly string[]; readonly needed: readonly string[] },
): Promise<TableDefinition['needs']> {
  const found = await rows<{ kind: string; name: string; schema: string | null }>(client, needsQuery, [
    tables,
    types.oids,
    schema,
  ]);
  const named = (kind: string) => found.filter((row) => row.kind === kind).map(({ name }) => name);
  return {
    extensions: found
      .filter(({ kind }) => kind === 'extensions')
      .map(({ name, schema: place }) => ({ name, schema: place })),
    types: [...types.needed].sort(),
    functions: named('functions'),
    collations: named('collations'),
    sequences: named('sequences'),
  };
}
