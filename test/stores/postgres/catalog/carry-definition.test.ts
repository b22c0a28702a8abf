import pg from 'pg';
import { createTable } from '../../../../src/stores/postgres/catalog/create-table.js';
import { describeTable } from '../../../../src/stores/postgres/catalog/describe-table.js';
import { finishTable } from '../../../../src/stores/postgres/catalog/finish-table.js';
import { listTables } from '../../../../src/stores/postgres/catalog/list-tables.js';
import type { TableDescription } from '../../../../src/stores/store.js';
import { testPostgres } from '../../../support/postgres.js';
import { nastySchema, nastyTables } from './nasty-schema.js';

let pool: pg.Pool;
let stop: () => Promise<void>;
const source = 'Source "Schema"';

beforeAll(async () => {
  const database = await testPostgres();
  stop = database.stop;
  pool = new pg.Pool({ connectionString: database.url });
  await inPath(source, `CREATE SCHEMA ${pg.escapeIdentifier(source)}; ${nastySchema}`);
});

afterAll(async () => {
  await pool.end();
  await stop();
});

async function inPath(schema: string, sql: string): Promise<pg.QueryResult[]> {
  const client = await pool.connect();
  try {
    const results: unknown = await client.query(
      `SET search_path = ${pg.escapeIdentifier(schema)}; ${sql}; RESET search_path`,
    );
    return results as pg.QueryResult[];
  } finally {
    client.release();
  }
}

async function finish(schema: string, description: TableDescription): Promise<void> {
  for (let calls = 0; !(await finishTable(pool, schema, description)); calls++) {
    if (calls > 50) throw new Error(`${description.name} is never finished`);
  }
}

async function list(schema: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of listTables(pool, schema)) names.push(name);
  return names.sort();
}

/** What must be equal in another schema: all but the identity, and names of schemas and sizes. */
function portable({ name, key, origin }: TableDescription, schema: string): unknown {
  const quoted = `${pg.escapeIdentifier(schema)}.`;
  const { columns, ddl } = origin.metadata as { columns: object[]; ddl: unknown };
  const plain = JSON.stringify(columns, (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(quoted, '').replaceAll(`${schema}.`, '') : value,
  );
  return { name, key, columns: JSON.parse(plain) as unknown, ddl };
}

async function makeFunction(schema: string): Promise<void> {
  const code = "CREATE FUNCTION doubled(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'";
  await inPath(schema, `CREATE SCHEMA ${pg.escapeIdentifier(schema)}; ${code}`);
}

test('a schema carried through JSON into another one is described as it was', async () => {
  expect(await list(source)).toEqual([...nastyTables].sort());
  const described = await Promise.all(nastyTables.map((table) => describeTable(pool, source, table)));
  const carried = JSON.parse(JSON.stringify(described)) as TableDescription[];
  expect(carried).toEqual(described);
  await makeFunction('target');
  for (const description of carried) await createTable(pool, 'target', description);
  for (const description of carried) await finish('target', description);
  expect(await list('target')).toEqual([...nastyTables].sort());
  for (const description of described) {
    const made = await describeTable(pool, 'target', description.name);
    expect(portable(made, 'target')).toEqual(portable(description, source));
    expect(made.identity).not.toBe(description.identity);
  }
});
