import pg from 'pg';
import { testPostgres } from '../support/postgres.js';
import { openFolder, type CommandFolder } from './in-folder.js';

let folder: CommandFolder;
let postgres: Awaited<ReturnType<typeof testPostgres>>;
let client: pg.Client;
beforeAll(async () => {
  [folder, postgres] = await Promise.all([openFolder(), testPostgres()]);
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  for (const schema of ['source', 'target'])
    await client.query(`
      CREATE SCHEMA ${schema}; SET search_path = ${schema};
      CREATE TABLE orders (id int PRIMARY KEY, note text);
      CREATE TABLE lines (id int PRIMARY KEY, "order" int REFERENCES orders);
      INSERT INTO orders VALUES (1, '${schema}'); INSERT INTO lines VALUES (1, 1)`);
});
afterAll(async () => {
  await client.end();
  await postgres.stop();
  await folder.remove();
});

const replace = (...tables: string[]) =>
  folder.run(
    ...['copy', '--from', `${postgres.url}?schema=source`, '--to', `${postgres.url}?schema=target`],
    ...['--tables', tables.join(','), '--on-existing', 'replace', '--yes'],
  );

async function inTarget(): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT (SELECT note FROM target.orders) AS note, (SELECT count(*)::int FROM target.lines) AS lines,
       (SELECT conname FROM pg_constraint WHERE conrelid = 'target.lines'::regclass AND contype = 'f') AS key`,
  );
  return rows[0];
}

describe('replacing a table that another one references', () => {
  test('is refused by the name of the constraint while the other one stays, and nothing is touched', async () => {
    const { exitCode, stdout, stderr } = await replace('orders');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(
      'The input cannot be used:\n' +
        '  table "orders": cannot be replaced: foreign key "lines_order_fkey" of table lines would be lost: carry lines too, or drop the constraint first\n',
    );
    expect(await inTarget()).toEqual({ note: 'target', lines: 1, key: 'lines_order_fkey' });
  });

  test('is done when the other one is carried too, and the constraint is there again', async () => {
    const ended = await replace('orders', 'lines');
    expect(ended).toMatchObject({ exitCode: 0, stderr: ended.stderr });
    expect(await inTarget()).toEqual({ note: 'source', lines: 1, key: 'lines_order_fkey' });
  });
});
