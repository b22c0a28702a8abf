import type { ClientBase } from 'pg';
import { InputError, TableNotFoundError } from '../../../errors.js';
import { rows } from './in-schema.js';

/** The table that holds the key-value store: never carried, listed or dropped. */
export const reservedTable = 'carryover';

export interface FoundTable {
  readonly oid: string;
  /** Of the database cluster, the database and the table: see TableDescription. */
  readonly identity: string;
  readonly persistence: 'p' | 'u' | 't';
}

interface Row extends Omit<FoundTable, 'identity'> {
  readonly kind: string;
  readonly partition: boolean;
  readonly database: string;
  readonly cluster: string | null;
}

/**
 * The ordinary or partitioned table of this name. Throws TableNotFoundError where there is none, InputError for a
 * partition, which is carried with its table. A cluster that was made anew gives out the same oids again: where the
 * user may ask for the cluster's identifier, it is part of the identity.
 */
export async function findTable(client: ClientBase, schema: string, table: string): Promise<FoundTable> {
  const [found] = await rows<Row>(
    client,
    `SELECT c.oid::text, c.relkind AS kind, c.relispartition AS partition, c.relpersistence AS persistence,
       (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database,
       ${await clusterExpression(client)} AS cluster
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`,
    [schema, table],
  );
  if (found === undefined || table === reservedTable) throw new TableNotFoundError(table, `schema "${schema}"`);
  if (found.partition) {
    const message = 'it is a partition, which is carried with its table: name that, or exclude it';
    throw new InputError([{ field: `table "${table}"`, message }]);
  }
  const { oid, persistence, cluster, database } = found;
  return { oid, persistence, identity: [cluster, database, oid].filter((part) => part !== null).join(':') };
}

/** Some services let nobody call the function, and naming it is refused even where it would not be called. */
async function clusterExpression(client: ClientBase): Promise<string> {
  const [may] = await rows<{ may: boolean }>(
    client,
    "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may",
  );
  return may?.may === true ? '(SELECT system_identifier::text FROM pg_control_system())' : 'NULL';
}

/** How many rows the table has, about, and the size of all its parts. */
export async function tableSize(
  client: ClientBase,
  oid: string,
  qualified: string,
): Promise<{ items?: number; sizeBytes: number }> {
  const [found] = await rows<{ sizeBytes: number; heapBytes: number; readable: boolean }>(
    client,
    `SELECT sum(pg_total_relation_size(relid))::int8 AS "sizeBytes", sum(pg_relation_size(relid))::int8 AS "heapBytes",
       has_table_privilege($1::oid, 'SELECT') AND NOT row_security_active($1::oid) AS readable
     FROM (SELECT relid FROM pg_partition_tree($1::oid::regclass) UNION SELECT $1::oid::regclass) parts`,
    [oid],
  );
  const { sizeBytes, heapBytes, readable } = found ?? { sizeBytes: 0, heapBytes: 0, readable: false };
  // Preflight says why.
  if (!readable) return { sizeBytes };
  const items = heapBytes <= countedBytes ? await countItems(client, qualified) : await plannedItems(client, qualified);
  return { items, sizeBytes };
}

/** Up to here a table is counted: it is a matter of milliseconds. */
const countedBytes = 4 * 1024 * 1024;

async function countItems(client: ClientBase, qualified: string): Promise<number> {
  return (await rows<{ items: number }>(client, `SELECT count(*) AS items FROM ${qualified}`))[0]?.items ?? 0;
}

/** The planner's estimate: `reltuples` of the last ANALYZE, grown as the files grew since; without one a guess. */
async function plannedItems(client: ClientBase, qualified: string): Promise<number> {
  const { rows: plan } = await client.query<{ 'QUERY PLAN': unknown }>(
    `EXPLAIN (FORMAT JSON) SELECT FROM ${qualified}`,
  );
  const answer = plan[0]?.['QUERY PLAN'];
  const [top] = (typeof answer === 'string' ? JSON.parse(answer) : answer) as { Plan: { 'Plan Rows': number } }[];
  return top?.Plan['Plan Rows'] ?? 0;
}
