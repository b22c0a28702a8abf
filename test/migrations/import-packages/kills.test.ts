import { headers } from '../../../src/migrations/import-packages/package-header.js';
import { history } from '../../../src/versions/history.js';
import { readState } from '../../../src/versions/state-entry.js';
import { tableNames } from '../../engine/memory-stores.js';
import type { Moment, Step } from '../../kill/kill-switch.js';
import { printKills } from '../../kill/kill-table.js';
import { momentIn, randomOf, seed } from '../../kill/random.js';
import type { Kill } from '../../kill/kill-rig.js';
import { collect } from '../../support/kv-bytes.js';
import { openKilledImports, type KilledImport, type KilledImports, type Way } from './killed-imports.js';
import { entriesIn, expectedEntries } from './library.js';

let imports: KilledImports;
beforeAll(async () => (imports = await openKilledImports()));
afterAll(() => imports.stop());

const size = { books: 120, readers: 30 };

/** Each step at one of its requests to the ledger; by way of the archive, what comes once more for the import too. */
function momentsOf(series: string, { viaArchive }: Way): Moment[] {
  const random = randomOf(series);
  const at = (step: Step, most: number): Moment => momentIn(random, step, 1, most);
  const round = () => [at('setup', 12), at('migrate', 12), at('expect', 4), at('validate', 12), at('judge', 4)];
  return [at('begin', 4), ...round(), ...(viaArchive ? round() : []), at('complete', 3), at('cleanup', 3)];
}

interface Found {
  readonly entries: readonly string[];
  readonly version: number | undefined;
  readonly history: readonly number[];
  readonly pending: unknown;
  readonly oldTables: readonly string[];
  readonly staged: readonly string[];
}

const look = (one: KilledImport, home: string): Promise<Found> =>
  one.look(async (open) => {
    const [sql, kv, archive] = [await open('sql'), await open(home), await open('archive')];
    const state = await readState(kv.keyValues);
    const sealed = await collect(headers(archive.keyValues));
    return {
      entries: await entriesIn(kv, 'key_values'),
      version: state?.version,
      history: (await collect(history(kv.keyValues))).map(({ version }) => version),
      pending: state?.cleanup,
      oldTables: (await tableNames(sql)).filter((name) => name !== 'key_values'),
      staged: [...(await tableNames(archive)), ...sealed.map((header) => `header of ${header.package}`)],
    };
  });

const ways: [string, string, Way][] = [
  ['DynamoDB, directly', 'dynamodb', { to: 'dynamodb', viaArchive: false }],
  ['DynamoDB, by way of the archive', 'dynamodb', { to: 'dynamodb', viaArchive: true }],
  ['the same PostgreSQL, directly', 'sql', { to: undefined, viaArchive: false }],
  ['another schema, by way of the archive', 'schema', { to: 'schema', viaArchive: true }],
];

test.each(ways)(
  'up to %s that is killed in each of its steps, its engines with it, ends equal',
  async (name, home, way) => {
    const one = await imports.import(size, way);
    const kills: (Kill & { coveredRows: number })[] = [];
    try {
      for (const moment of momentsOf(name, way)) {
        const { end, kill } = await one.upKilledAt(moment);
        // Killed behind the write of the version, the next one may have nothing left to do in the steps that follow.
        if (kill === undefined && end.exitCode === 0) break;
        if (kill === undefined) throw new Error(`it failed before it was killed in ${moment.step}:\n${end.stderr}`);
        kills.push({ ...kill, coveredRows: 0 });
      }
    } finally {
      printKills(name, kills);
    }
    expect(kills.length).toBeGreaterThanOrEqual(7);
    const { exitCode, stderr } = await one.up();
    expect({ seed, exitCode, stderr }).toEqual({ seed, exitCode: 0, stderr });
    expect({ seed, ...(await look(one, home)) }).toEqual({
      ...{ seed, entries: expectedEntries(size), version: 1, history: [1], pending: [], oldTables: [], staged: [] },
    });
  },
  600_000,
);
