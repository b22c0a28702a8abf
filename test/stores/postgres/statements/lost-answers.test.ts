import pg from 'pg';
import type { Fence } from '../../../../src/stores/store.js';
import { startPostgresWire, type PostgresWire } from '../../../kill/postgres-wire.js';
import { fates, type Fate, type WireRequest } from '../../../kill/wire.js';
import { testStore, type TestStore } from '../test-store.js';

let database: TestStore;
/** Each fate is met at the same time as the others. */
let pool: pg.Pool;
let wires: PostgresWire[];

beforeAll(async () => {
  database = await testStore();
  pool = new pg.Pool({ connectionString: database.url });
  wires = await Promise.all(fates.map((fate) => startPostgresWire(fate, database.url)));
  for (const fate of fates) await pool.query(`CREATE TABLE public.t_${fate} (n int)`);
  await database.open().keyValues.set(fence.partition, fence.key, bytes('5'));
});
afterAll(async () => {
  await pool.end();
  await database.stop();
  await Promise.all(wires.map((wire) => wire.stop()));
});

const bytes = (text: string) => new TextEncoder().encode(text);
const fence: Fence = {
  token: 5,
  partition: bytes('p'),
  key: bytes('k'),
  assertMaySend: () => undefined,
  tokenOf: (value) => Number(new TextDecoder().decode(value)),
};

/** The transaction by way of a wire, on which the request of this number meets the fate; what was asked for, in order. */
async function transact(wire: PostgresWire, fate: Fate, at: number): Promise<{ asked: string[]; outcome: unknown }> {
  await pool.query(`TRUNCATE public.t_${fate}; INSERT INTO public.t_${fate} VALUES (0)`);
  const marker = { partition: bytes(fate), key: bytes(String(at)), value: (rows: number) => bytes(`${rows}`) };
  const statements = [
    `UPDATE public.t_${fate} SET n = n + 1`,
    'SELECT 1',
    `INSERT INTO public.t_${fate} SELECT n + 1 FROM public.t_${fate}`,
  ];
  const asked: string[] = [];
  const onRequest = ({ operation }: WireRequest): Fate | undefined => {
    if (operation === 'end') return undefined;
    asked.push(operation);
    return asked.length === at ? fate : undefined;
  };
  const store = database.open({ connection: wire.url(), requestTimeoutMs: 250, retry: { baseMs: 1, capMs: 250 } });
  wire.listener = { onRequest, onDone: () => undefined };
  const outcome = await store.sql!.transact(statements, { marker, fence }).catch((error: unknown) => error);
  wire.listener = undefined;
  await wire.settle();
  await store.close();
  return { asked, outcome };
}

test('whichever message is lost, not answered or late, the statements are done once and their rows are told', async () => {
  const meetAll = async (wire: PostgresWire, fate: Fate) => {
    const { asked } = await transact(wire, fate, 0);
    expect(asked.filter((operation) => operation === 'BEGIN')).toHaveLength(1);
    expect(asked.at(-1)).toBe('COMMIT');
    for (let at = 1; at <= asked.length; at += 1) {
      const { asked: again, outcome } = await transact(wire, fate, at);
      const met = `${fate} at ${again[at - 1]}, request ${at}`;
      expect({ met, outcome }).toMatchObject({ met, outcome: { marker: bytes('2') } });
      const { rows } = await pool.query(`SELECT n FROM public.t_${fate} ORDER BY n`);
      expect({ met, rows }).toEqual({ met, rows: [{ n: 1 }, { n: 2 }] });
      if (at === asked.length) expect(outcome).toMatchObject({ applied: fate !== 'unheard' });
    }
  };
  await Promise.all(wires.map((wire, number) => meetAll(wire, fates[number]!)));
});
