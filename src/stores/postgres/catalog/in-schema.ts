import type { ClientBase, Pool } from 'pg';

/** A pool, or one connection, in or out of a transaction. */
export type Queryable = Pool | ClientBase;

/**
 * Works in one transaction with `schema` alone in `search_path`, so that what lies there is printed and found without
 * its name. On a connection whose transaction is open already, that transaction is used and left open.
 */
export async function inSchema<T>(
  client: Queryable,
  schema: string,
  access: 'read' | 'write',
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  if ('totalCount' in client) {
    const connection = await client.connect();
    let broken: Error | undefined;
    try {
      return await inSchema(connection, schema, access, work);
    } catch (error) {
      // A connection that is not back in its ground state is of no use to the next one who takes it.
      if (connection.getTransactionStatus() !== 'I') broken = error as Error;
      throw error;
    } finally {
      connection.release(broken);
    }
  }
  return client.getTransactionStatus() === 'T'
    ? inOpenTransaction(client, schema, work)
    : inOwnTransaction(client, schema, access, work);
}

async function inOwnTransaction<T>(
  client: ClientBase,
  schema: string,
  access: 'read' | 'write',
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  // What is read in several queries is one state of the catalog.
  await client.query(access === 'read' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN');
  try {
    await settle(client);
    await setSearchPath(client, [schema]);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function inOpenTransaction<T>(
  client: ClientBase,
  schema: string,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const [before] = await rows<{ path: string }>(client, "SELECT current_setting('search_path') AS path");
  await settle(client);
  await setSearchPath(client, [schema]);
  const result = await work(client);
  await client.query("SELECT set_config('search_path', $1, true)", [before?.path ?? '']);
  return result;
}

/** How defaults, bounds and expressions are printed: so that any server, whatever its settings, reads them the same. */
async function settle(client: ClientBase): Promise<void> {
  const settings = {
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'iso_8601',
    TimeZone: 'UTC',
    extra_float_digits: '1',
    bytea_output: 'hex',
    quote_all_identifiers: 'off',
    standard_conforming_strings: 'on',
  };
  await client.query('SELECT set_config(key, value, true) FROM json_each_text($1)', [JSON.stringify(settings)]);
}

/** For the rest of the transaction. */
export async function setSearchPath(client: ClientBase, schemas: readonly string[]): Promise<void> {
  const path = schemas.map((schema) => client.escapeIdentifier(schema)).join(', ');
  await client.query("SELECT set_config('search_path', $1, true)", [path]);
}

/**
 * The rows of a query. They come as one JSON text, since a connection may have parsers of its own for other types.
 * Columns of `bigint` and `numeric` must be cast to text where they may be beyond 2^53.
 */
export async function rows<T>(client: ClientBase, sql: string, values: readonly unknown[] = []): Promise<T[]> {
  const { rows: found } = await client.query<{ json: string }>(
    `SELECT coalesce(json_agg(to_json(q)), '[]')::text AS json FROM (${sql}) q`,
    [...values],
  );
  return JSON.parse(found[0]?.json ?? '[]') as T[];
}
