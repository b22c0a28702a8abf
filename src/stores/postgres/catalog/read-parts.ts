import type { ClientBase } from 'pg';
import { rows } from './in-schema.js';
import type {
  ConstraintDefinition,
  ForeignKeyDefinition,
  IndexDefinition,
  PartitionDefinition,
  TablePart,
} from './table-definition.js';

interface ConstraintRow extends ConstraintDefinition {
  readonly type: 'c' | 'u' | 'x' | 'n';
  readonly validated: boolean;
}

/** Constraints of the part itself: none that came from a parent. The primary key is read apart, foreign keys too. */
const constraintsQuery = `
  SELECT conname AS name, contype AS type, convalidated AS validated, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint
  WHERE conrelid = $1::oid AND conislocal AND conparentid = 0 AND contype IN ('c', 'u', 'x', 'n')
    AND (contype <> 'n' OR NOT convalidated)
  ORDER BY conname COLLATE "C"`;

/** An index's definition always begins with the index's and the table's name, which are cut off. */
const indexDefinition = `
  'definition', substr(pg_get_indexdef(i.indexrelid), 1 + length(
    'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(ic.relname) || ' ON ' ||
    CASE WHEN ic.relkind = 'I' THEN 'ONLY ' ELSE '' END || quote_ident(tn.nspname) || '.' || quote_ident(tc.relname) || ' '))`;

const indexSource = `
  pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
  JOIN pg_class tc ON tc.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = tc.relnamespace`;

const indexObject = `json_build_object('name', ic.relname, 'unique', i.indisunique, ${indexDefinition})`;

/** Indexes of the part itself that no constraint made; one whose making failed (not valid) is none. */
const indexesQuery = `
  SELECT ${indexObject} AS index FROM ${indexSource}
  WHERE i.indrelid = $1::oid AND NOT ic.relispartition AND i.indisvalid
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
  ORDER BY ic.relname COLLATE "C"`;

/** `conindid` is the index on the other side that makes the referenced columns unique. */
const foreignKeysQuery = `
  SELECT f.conname AS name, pg_get_constraintdef(f.oid) AS definition, f.confrelid::regclass::text AS references,
    CASE WHEN u.contype = 'p' THEN NULL
      WHEN u.oid IS NOT NULL THEN json_build_object('kind', 'constraint', 'name', u.conname,
        'definition', pg_get_constraintdef(u.oid))
      ELSE (SELECT json_build_object('kind', 'index', 'name', ic.relname, 'unique', i.indisunique, ${indexDefinition})
        FROM ${indexSource} WHERE i.indexrelid = f.conindid) END AS target
  FROM pg_constraint f
  LEFT JOIN pg_constraint u ON u.conindid = f.conindid AND u.conrelid = f.confrelid AND u.contype IN ('p', 'u')
  WHERE f.conrelid = $1::oid AND f.contype = 'f' AND f.conparentid = 0
  ORDER BY f.conname COLLATE "C"`;

/** What the table or partition has of its own. */
export async function readPart(client: ClientBase, oid: string): Promise<TablePart> {
  const constraints = await rows<ConstraintRow>(client, constraintsQuery, [oid]);
  const isEarly = ({ type, validated }: ConstraintRow) => type === 'c' && validated;
  const plain = ({ name, definition }: ConstraintRow) => ({ name, definition });
  const indexes = await rows<{ index: IndexDefinition }>(client, indexesQuery, [oid]);
  const [key] = await rows<{ key: string | null }>(client, 'SELECT pg_get_partkeydef($1::oid) AS key', [oid]);
  return {
    checks: constraints.filter(isEarly).map(plain),
    constraints: constraints.filter((constraint) => !isEarly(constraint)).map(plain),
    indexes: indexes.map(({ index }) => index),
    foreignKeys: await rows<ForeignKeyDefinition>(client, foreignKeysQuery, [oid]),
    partitionKey: key?.key ?? null,
  };
}

/** The partitions below a table, and those below them. `oids` receives the oid of each. */
export async function readPartitions(client: ClientBase, oid: string, oids: string[]): Promise<PartitionDefinition[]> {
  const found = await rows<{ oid: string; name: string; bound: string }>(
    client,
    `SELECT c.oid::text, c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = $1::oid AND c.relispartition ORDER BY c.relname COLLATE "C"`,
    [oid],
  );
  const read: PartitionDefinition[] = [];
  for (const { oid: child, name, bound } of found) {
    oids.push(child);
    read.push({
      name,
      bound,
      ...(await readPart(client, child)),
      partitions: await readPartitions(client, child, oids),
    });
  }
  return read;
}
