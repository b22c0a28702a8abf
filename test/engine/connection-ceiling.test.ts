import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ulid } from 'ulid';
import { localHandlers } from '../../src/cli/handlers.js';
import { runStatus, type RunStatus } from '../../src/engine/status/run-status.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { runStateMachine, type Handler } from '../../src/local/state-machine.js';
import type { DeclaredStore } from '../../src/project.js';
import { openDeclaredStore, type OpenedDeclaredStore } from '../../src/stores/open-declared-store.js';
import { definition, testDependencies, withTestLedgers } from '../support/copy-run.js';
import { testPostgres } from '../support/postgres.js';

let ledger: Ledger;
withTestLedgers(1, ([only]) => (ledger = only));

let postgres: Awaited<ReturnType<typeof testPostgres>>;
let admin: pg.Client;
const sides = ['source', 'target'] as const;
type Side = (typeof sides)[number];
/** Users whom the server itself lets in so often and no more. */
const users = { source: `source_${process.pid}`, target: `target_${process.pid}` };

beforeAll(async () => {
  postgres = await testPostgres();
  admin = new pg.Client({ connectionString: postgres.url });
  await admin.connect();
  for (const side of sides)
    await admin.query(
      `CREATE ROLE ${users[side]} LOGIN PASSWORD 'secret'; CREATE SCHEMA ${side} AUTHORIZATION ${users[side]}`,
    );
  await admin.query(`SET ROLE ${users.source};
    CREATE TABLE source.a (id int PRIMARY KEY, v text);
    CREATE TABLE source.b (id int PRIMARY KEY, v text);
    INSERT INTO source.a SELECT i, repeat('x', 200) FROM generate_series(1, 1000) i;
    INSERT INTO source.b SELECT * FROM source.a; RESET ROLE`);
});
afterEach(() =>
  admin
    .query('DROP SCHEMA target CASCADE')
    .then(() => admin.query(`CREATE SCHEMA target AUTHORIZATION ${users.target}`)),
);
afterAll(async () => {
  for (const side of sides)
    await admin.query(`DROP SCHEMA ${side} CASCADE; DROP OWNED BY ${users[side]}; DROP ROLE ${users[side]}`);
  await admin.end();
  await postgres.stop();
});

/** What each user may hold, by the server's own count. */
async function limit(limits: Readonly<Record<Side, number>>): Promise<void> {
  for (const side of sides) await admin.query(`ALTER ROLE ${users[side]} CONNECTION LIMIT ${limits[side]}`);
}

/** How often the server has sent a user away, by its log. */
async function sentAway(): Promise<number> {
  const log = await readFile(postgres.log, 'utf8');
  return Object.values(users).reduce(
    (sum, user) => sum + log.split(`too many connections for role "${user}"`).length - 1,
    0,
  );
}

async function held(side: Side): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1',
    [users[side]],
  );
  return rows[0]?.n ?? 0;
}

interface Copied {
  /** Calls of each state that were under way at a time. */
  readonly atATime: Readonly<Record<string, number>>;
  readonly exitCode: number | undefined;
  readonly error: string | undefined;
  readonly held: Readonly<Record<Side, number>>;
}

/** A copy as Lambda runs it: each call in an environment that no other call is in, and that is kept for later ones. */
async function copy(ceilings: Partial<Record<Side, number>>, concurrency = 8): Promise<Copied> {
  const environments: OpenedDeclaredStore[] = [];
  const stores = Object.fromEntries(sides.map((side) => [side, declared(side, ceilings[side])]));
  const make = (): Environment => {
    const own: OpenedDeclaredStore[] = [];
    const deps = testDependencies({
      stores: {},
      ledger,
      settings: { concurrency, leaseMs: 30_000, requestTimeoutMs: 5_000 },
    });
    const opened = new Map<string, Promise<OpenedDeclaredStore>>();
    const open = async (name: string): Promise<OpenedDeclaredStore> => {
      const one = await openDeclaredStore({ stores }, name, deps.settings);
      own.push(one);
      environments.push(one);
      return one;
    };
    const handlers = localHandlers({
      ...deps,
      project: { stores },
      async openStore(name) {
        if (!opened.has(name)) opened.set(name, open(name));
        return (await opened.get(name)!).store;
      },
    });
    return { handlers, rest: () => Promise.all(own.map((one) => one.rest())) };
  };
  const calls = inEnvironments(make);
  const most = { source: 0, target: 0 };
  const execution = ulid();
  let running = true;
  const looking = (async () => {
    for (; running; await sleep(3)) for (const side of sides) most[side] = Math.max(most[side], await held(side));
  })();
  const input = { copy: { from: 'source', to: 'target', segments: 4 } };
  await runStateMachine({ definition, handlers: calls.handlers, execution, input, callMs: 60_000, pauseMs: 10 });
  running = false;
  await looking;
  const left = await Promise.all(sides.map(held));
  expect(left).toEqual([0, 0]);
  await Promise.all(environments.map(({ store }) => store.close()));
  return { atATime: calls.most, ...outcomeOf(await runStatus(ledger, execution)), held: most };
}

function outcomeOf(status: RunStatus | undefined): Pick<Copied, 'exitCode' | 'error'> {
  return { exitCode: status?.run.exitCode, error: status?.run.error?.message };
}

function declared(side: Side, maxConnections: number | undefined): DeclaredStore {
  const url = new URL(postgres.url);
  Object.assign(url, { username: users[side], password: 'secret' });
  url.searchParams.set('schema', side);
  return { url: url.href, ...(maxConnections === undefined ? {} : { maxConnections }) };
}

interface Environment {
  readonly handlers: Readonly<Record<string, Handler>>;
  rest(): Promise<unknown>;
}

/** Gives each call an environment of its function that is free, or a new one. */
function inEnvironments(make: () => Environment): { handlers: Record<string, Handler>; most: Record<string, number> } {
  const most: Record<string, number> = {};
  const states = Object.keys(make().handlers);
  const handler = (state: string): Handler => {
    const free: Environment[] = [];
    let under = 0;
    return async (event, context) => {
      const environment = free.pop() ?? make();
      most[state] = Math.max(most[state] ?? 0, (under += 1));
      try {
        return await environment.handlers[state]!(event, context);
      } finally {
        // As the functions do at the end of each call.
        await environment.rest();
        under -= 1;
        free.push(environment);
      }
    };
  };
  return { handlers: Object.fromEntries(states.map((state) => [state, handler(state)])), most };
}

test('a copy holds no more connections than the lower ceiling allows, and none when it is over', async () => {
  await limit({ source: 12, target: 12 });
  const before = await sentAway();
  const copied = await copy({ source: 12, target: 20 });
  expect(copied).toMatchObject({ error: undefined, exitCode: 0, atATime: { MigrateUnit: 2, ValidateUnit: 2 } });
  for (const side of sides) {
    expect(copied.held[side]).toBeGreaterThan(0);
    expect(copied.held[side]).toBeLessThanOrEqual(12);
  }
  expect(await sentAway()).toBe(before);
});

test('the lowest ceiling that there may be is enough for one unit at a time', async () => {
  await limit({ source: 8, target: 8 });
  const before = await sentAway();
  expect(await copy({ target: 8 })).toMatchObject({
    error: undefined,
    exitCode: 0,
    atATime: { MigrateUnit: 1, ValidateUnit: 1 },
  });
  expect(await sentAway()).toBe(before);
});

test('without a ceiling as many units work at a time as the configuration says, each with four at most', async () => {
  await limit({ source: 24, target: 24 });
  const before = await sentAway();
  expect(await copy({}, 6)).toMatchObject({ error: undefined, exitCode: 0, atATime: { MigrateUnit: 6 } });
  expect(await sentAway()).toBe(before);
});

test('a server that lets in fewer sends some away: the ceiling is what keeps it from that', async () => {
  await limit({ source: 2, target: 2 });
  const before = await sentAway();
  await copy({}, 6);
  expect(await sentAway()).toBeGreaterThan(before);
});
