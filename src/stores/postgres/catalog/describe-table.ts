import { escapeIdentifier } from 'pg';
import type { ClientBase } from 'pg';
import { InputError } from '../../../errors.js';
import type { TableDescription } from '../../store.js';
import { keyTypeOf } from '../metadata.js';
import type { PostgresMetadata } from '../metadata.js';
import { findTable, tableSize } from './find-table.js';
import { inSchema, rows } from './in-schema.js';
import type { Queryable } from './in-schema.js';
import { readColumns, readQualifiedColumns } from './read-columns.js';
import { readNeeds } from './read-needs.js';
import { readPart, readPartitions } from './read-parts.js';
import { readSequences } from './read-sequences.js';
import { readTypes } from './read-types.js';
import type { TableDefinition } from './table-definition.js';

/**
 * The table as it is in this schema. Throws TableNotFoundError, and only for absence; InputError for a table without a
 * primary key and for a partition.
 */
export async function describeTable(client: Queryable, schema: string, table: string): Promise<TableDescription> {
  return inSchema(client, schema, 'read', async (connection) => {
    const { oid, identity } = await findTable(connection, schema, table);
    const ddl = await readDefinition(connection, schema, table, oid);
    const columns = await readQualifiedColumns(connection, schema, oid);
    const metadata: PostgresMetadata = { columns, key: ddl.primaryKey.columns, ddl };
    const key = metadata.key.flatMap((name) =>
      columns.filter((column) => column.name === name).map((column) => ({ name, type: keyTypeOf(column) })),
    );
    const size = await tableSize(connection, oid, `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`);
    return { name: table, identity, key, ...size, origin: { engine: 'postgres', metadata } };
  });
}

async function readDefinition(
  client: ClientBase,
  schema: string,
  table: string,
  oid: string,
): Promise<TableDefinition> {
  const primaryKey = await readPrimaryKey(client, table, oid);
  const sequences = await readSequences(client, schema, oid);
  const types = await readTypes(client, schema, oid);
  const oids = [oid];
  const partitions = await readPartitions(client, oid, oids);
  const [comment] = await rows<{ text: string | null }>(client, "SELECT obj_description($1::oid, 'pg_class') AS text", [
    oid,
  ]);
  return {
    columns: await readColumns(client, oid, sequences),
    primaryKey,
    ...(await readPart(client, oid)),
    types: types.types,
    sequences: sequences.filter(({ identity }) => !identity).map(({ definition }) => definition),
    partitions,
    comment: comment?.text ?? null,
    needs: await readNeeds(client, schema, oids, types),
  };
}

async function readPrimaryKey(client: ClientBase, table: string, oid: string): Promise<TableDefinition['primaryKey']> {
  const [found] = await rows<TableDefinition['primaryKey']>(
    client,
    `SELECT c.conname AS name, pg_get_constraintdef(c.oid) AS definition, c.condeferrable AS deferrable,
       (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY k(number, place)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS columns
     FROM pg_constraint c WHERE c.conrelid = $1::oid AND c.contype = 'p'`,
    [oid],
  );
  if (found !== undefined) return found;
  const message = 'has no primary key: add one or exclude it';
  throw new InputError([{ field: `table "${table}"`, message }]);
}
