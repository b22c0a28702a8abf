import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { OutcomeUnknownError, StoreUnavailableError } from '../../src/errors.js';
import { openPostgresKeyValueStore, PostgresKeyValueDriver } from '../../src/kv/postgres-key-value-store.js';
import { bytes, collect } from '../support/kv-bytes.js';
import { kvConformance } from '../support/kv-conformance.js';
import { testPostgres } from '../support/postgres.js';

let engine: { url: string; stop(): Promise<void> };
let pool: pg.Pool;
beforeAll(async () => {
  engine = await testPostgres();
  pool = new pg.Pool({ connectionString: engine.url, max: 8 });
});
afterAll(async () => {
  await pool.end();
  await engine.stop();
});

const [p, k] = [bytes('p'), bytes('k')];
const newTable = (): string => `kv "${randomBytes(6).toString('hex')}"`;
const quick = { retry: { baseMs: 1, capMs: 2 } };

kvConformance(
  'postgres',
  async () => new PostgresKeyValueDriver({ pool, schema: 'public', table: newTable(), pageEntries: 10 }),
  { sequential: 10 },
);

describe('key-value store in PostgreSQL', () => {
  test('makes its table, and a schema that is missing, with the first write only, however many come at once', async () => {
    const [schema, table] = [`Mixed "${randomBytes(4).toString('hex')}"`, newTable()];
    const stores = Array.from({ length: 8 }, () => openPostgresKeyValueStore({ pool, schema, table }));
    const made = async () => (await pool.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])).rowCount;
    for (const store of stores) expect(await store.get(p, k)).toBeUndefined();
    expect(await made()).toBe(0);
    await Promise.all(stores.map((store, index) => store.set(p, bytes(`k${index}`), bytes('v'))));
    expect(await made()).toBe(1);
    for (const store of stores) expect(await collect(store.scan(p))).toHaveLength(8);
  });

  test('goes on after its table was dropped', async () => {
    const table = newTable();
    const store = openPostgresKeyValueStore({ pool, schema: 'public', table });
    await store.set(p, k, bytes('v'));
    await pool.query(`DROP TABLE ${pg.escapeIdentifier(table)}`);
    expect(await store.get(p, k)).toBeUndefined();
    await store.setIf(p, k, bytes('w'), undefined);
    expect((await store.get(p, k))?.value).toEqual(bytes('w'));
  });

  test('reads bytes from a pool that parses types otherwise', async () => {
    const raw = { getTypeParser: () => String };
    const other = new pg.Pool({ connectionString: engine.url, max: 1, types: raw as unknown as pg.CustomTypesConfig });
    const store = openPostgresKeyValueStore({ pool: other, schema: 'public', table: newTable(), ownsPool: true });
    const predicate = await store.setIf(p, k, Uint8Array.of(0, 255), undefined);
    expect(await store.get(p, k)).toEqual({ value: Uint8Array.of(0, 255), predicate });
    await store.close();
    expect(other.ended).toBe(true);
  });
});

/** A pool whose queries with `statement` in them reach the engine, or not, and then lose their connection. */
function breaking(statement: string, when: 'before' | 'after', times = 1): pg.Pool {
  let left = times;
  const query = async (config: pg.QueryConfig) => {
    const hit = config.text.includes(statement) && left-- > 0;
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    if (hit && when === 'before') throw reset;
    const result = await pool.query(config);
    if (hit) throw reset;
    return result;
  };
  return { query } as unknown as pg.Pool;
}

describe('key-value store in PostgreSQL over a bad connection', () => {
  const over = (faulty: pg.Pool, table: string, requestTimeoutMs = 5_000) =>
    openPostgresKeyValueStore({ pool: faulty, schema: 'public', table, requestTimeoutMs, ...quick });

  test('recognises conditional writes whose answer was lost', async () => {
    const table = newTable();
    await over(pool, table).set(p, bytes('first'), bytes('v'));
    const predicate = await over(breaking('INSERT', 'after'), table).setIf(p, k, bytes('1'), undefined);
    await over(breaking('UPDATE', 'after'), table).setIf(p, k, bytes('2'), predicate);
    expect((await over(pool, table).get(p, k))?.value).toEqual(bytes('2'));
  });

  test('sends a replacement again that never arrived, and does not know of a creation', async () => {
    const table = newTable();
    const predicate = await over(pool, table).setIf(p, k, bytes('1'), undefined);
    await over(breaking('UPDATE', 'before'), table).setIf(p, k, bytes('2'), predicate);
    const creation = over(breaking('INSERT', 'before'), table).setIf(p, bytes('new'), bytes('1'), undefined);
    await expect(creation).rejects.toThrow(OutcomeUnknownError);
  });

  test('survives its connection being ended by the server in the middle of a write', async () => {
    const table = newTable();
    const store = over(pool, table);
    const predicate = await store.setIf(p, k, bytes('1'), undefined);
    const locker = await pool.connect();
    try {
      await locker.query('BEGIN');
      await locker.query(`SELECT 1 FROM public.${pg.escapeIdentifier(table)} FOR UPDATE`);
      const writing = store.setIf(p, k, bytes('2'), predicate);
      const waiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE%' AND datname = current_database()`;
      // Another connection looks: within a transaction, what is seen of others stands still.
      while ((await pool.query(waiting)).rowCount === 0);
      await locker.query('COMMIT');
      await writing;
    } finally {
      locker.release();
    }
    expect((await store.get(p, k))?.value).toEqual(bytes('2'));
  });

  test('does not know of a write that waited too long', async () => {
    const table = newTable();
    const predicate = await over(pool, table).setIf(p, k, bytes('1'), undefined);
    const locker = await pool.connect();
    try {
      await locker.query('BEGIN');
      await locker.query(`SELECT 1 FROM public.${pg.escapeIdentifier(table)} FOR UPDATE`);
      await expect(over(pool, table, 50).setIf(p, k, bytes('2'), predicate)).rejects.toThrow(OutcomeUnknownError);
    } finally {
      await locker.query('ROLLBACK');
      locker.release();
    }
    const value = (await over(pool, table).get(p, k))?.value;
    expect([bytes('1'), bytes('2')]).toContainEqual(value);
  });

  test('says that nobody answers, without the password', async () => {
    const nobody = new pg.Pool({ connectionString: 'postgres://user:secret@127.0.0.1:1/none' });
    const store = openPostgresKeyValueStore({ pool: nobody, schema: 'public', table: 't', ownsPool: true, ...quick });
    const error = await store.get(p, k).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(String(error)).toMatch(/did not answer/);
    expect(String(error)).not.toMatch(/secret/);
    await store.close();
  });
});
