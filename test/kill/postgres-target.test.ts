import { testPostgres } from '../support/postgres.js';
import { coveredLabels } from './covered-rows.js';
import { openKillRig, type KillRig } from './kill-rig.js';
import { runKillSeries } from './kill-series.js';
import { startPostgresWire, type PostgresWire } from './postgres-wire.js';
import { momentIn, randomOf } from './random.js';
import { differences, postgresRows, tables, withClient } from './source-rows.js';

let rig: KillRig;
let target: PostgresWire;
beforeAll(async () => {
  // A transaction takes 5,000 rows or more: with so many, units have several.
  rig = await openKillRig(6);
  const postgres = await testPostgres();
  rig.defer(() => postgres.stop());
  target = await startPostgresWire('target', postgres.url);
  rig.defer(() => target.stop());
  rig.ledgerWire.latencyMs = 1;
});
afterAll(() => rig.stop());

const random = randomOf('into PostgreSQL');
const moments = [
  momentIn(random, 'begin', 1, 100),
  momentIn(random, 'setup', 1, 150),
  momentIn(random, 'migrate', 1, 50),
  // Claims of two units, then checkpoints: a unit is cut short that had some.
  momentIn(random, 'migrate', 5, 6, 'UpdateItem'),
  momentIn(random, 'migrate', 5, 6, 'UpdateItem'),
  momentIn(random, 'migrate', 20, 60),
  momentIn(random, 'validate', 1, 70),
  momentIn(random, 'complete', 1, 50),
  momentIn(random, 'cleanup', 1, 6),
];

/** Where each row lies, and the transaction that wrote it: both are others once it is written again. */
async function versions(url: string): Promise<Map<string, string>> {
  return await withClient(url, async (client) => {
    const found = new Map<string, string>();
    const { rows: there } = await client.query<{ relname: string }>(
      `SELECT relname FROM pg_class WHERE relname = ANY($1) AND relnamespace = 'public'::regnamespace`,
      [tables],
    );
    for (const { relname } of there) {
      const sql = `SELECT label, xmin::text || ctid::text AS version FROM public.${relname}`;
      const { rows } = await client.query<{ label: string; version: string }>(sql);
      for (const { label, version } of rows) found.set(label, version);
    }
    return found;
  });
}

describe('a copy from PostgreSQL into PostgreSQL, killed in most steps', () => {
  test('ends with the rows of the source, and writes no row again that a checkpoint covers', async () => {
    const written = new Map<string, string | undefined>();
    const { kills, last, counted } = await runKillSeries({
      title: 'PostgreSQL into PostgreSQL',
      rig,
      wires: [rig.source, target, rig.ledgerWire],
      moments,
      start: () => rig.start(target.url(), ['--segments', '1', '--concurrency', '2']),
      async covered(covered) {
        const now = await versions(target.engine);
        for (const label of coveredLabels(covered)) if (!written.has(label)) written.set(label, now.get(label));
      },
    });
    expect(last).toMatchObject({ exitCode: 0 });
    expect(kills.map(({ step }) => step)).toEqual(moments.map(({ step }) => step));
    expect(kills.filter(({ underWay }) => underWay === 0)).toEqual([]);
    expect(counted).toEqual(rig.rows);
    const atEnd = await versions(target.engine);
    const again = [...written].filter(([label, version]) => atEnd.get(label) !== version);
    expect(again.slice(0, 5)).toEqual([]);
    expect(written.size).toBeGreaterThan(0);
    expect(differences(await postgresRows(rig.sourceUrl), await postgresRows(target.engine))).toEqual([]);
  }, 240_000);
});
