import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { build } from 'esbuild';
import {
  acquireLease,
  holdLease,
  leaseCell,
  LeaseLostError,
  openKeyValueStore,
  releaseLease,
  renewLease,
  type KeyValueStore,
} from '../../src/kv/exports.js';
import { testDynamodb } from '../support/dynamodb.js';
import { bytes } from '../support/kv-bytes.js';
import { testPostgres } from '../support/postgres.js';
import { readWork, writeFenced } from './fenced-work.js';

const durationMs = 1_500;
const contender = { owner: 'contender', who: 'bob', where: 'the test', durationMs };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carryover-lease-holder-'));
  await symlink(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  await build({
    entryPoints: [join(import.meta.dirname, 'lease-holder-child.ts')],
    outfile: join(folder, 'child.mjs'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Holder {
  readonly child: ChildProcess;
  readonly lines: Interface;
  /** Until when it last said that the lease is its own, in epoch milliseconds. */
  ownsUntil: number;
}

/** A process that holds the lease, and has renewed it at least once. */
async function startHolder(url: string): Promise<Holder> {
  const child = spawn(process.execPath, [join(folder, 'child.mjs'), url, String(durationMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env },
  });
  const holder = { child, lines: createInterface({ input: child.stdout }), ownsUntil: 0 };
  holder.lines.on('line', (line) => (holder.ownsUntil = Number(line)));
  let last = 0;
  for (let renewals = 0; renewals < 2;) {
    await Promise.race([once(holder.lines, 'line'), neverEnds(child)]);
    if (holder.ownsUntil > last + durationMs / 10) renewals++;
    last = holder.ownsUntil;
  }
  return holder;
}

async function neverEnds(child: ChildProcess): Promise<never> {
  throw new Error(`the holder ended: ${String(await once(child, 'exit'))}`);
}

describe.each([
  ['DynamoDB', async () => urlOf(await testDynamodb(), ({ endpoint }) => `dynamodb://us-east-1/?endpoint=${endpoint}`)],
  ['PostgreSQL', async () => urlOf(await testPostgres(), ({ url }) => url)],
])('a lease in %s that another process holds', (_name, start) => {
  let engine: Awaited<ReturnType<typeof start>>;
  let store: KeyValueStore;
  let holder: Holder;
  beforeEach(async () => {
    engine = await start();
    store = await openKeyValueStore(engine.url);
    holder = await startHolder(engine.url);
  });
  afterEach(async () => {
    holder.child.kill('SIGKILL');
    await store.close();
    await engine.stop();
  });
  const cell = () => leaseCell(store, bytes('leases'), bytes('one'), 'the work');

  /** What the lease's old owner could still try. */
  async function expectDead(token: number): Promise<void> {
    const dead = { owner: 'child', token };
    const held = holdLease({ ...dead, cell: cell(), durationMs, requestTimeoutMs: 500 });
    await expect(held.keep()).rejects.toThrow(/run contender owns it/);
    await expect(renewLease(cell(), dead)).rejects.toThrow(LeaseLostError);
    await expect(writeFenced(store, { token, by: 'child' })).rejects.toThrow(LeaseLostError);
    await releaseLease(cell(), dead);
    expect((await cell().read()).lease).toMatchObject({ owner: 'contender', renewals: 0 });
    expect(await readWork(store)).toEqual({ token: token + 1, by: 'contender' });
  }

  test('is not taken while it is renewed; once that process was killed, it is, no earlier than it ran out', async () => {
    const taking = acquireLease(cell(), contender);
    await expect(taking).rejects.toMatchObject({ name: 'LockHeldError', holder: { owner: 'child', who: 'ann' } });
    holder.child.kill('SIGKILL');
    await once(holder.child, 'exit');
    const { token } = await acquireLease(cell(), contender);
    expect(Date.now()).toBeGreaterThanOrEqual(holder.ownsUntil);
    await writeFenced(store, { token, by: 'contender' });
    await expectDead(token - 1);
  });

  test('is taken when that process was stopped for too long, which learns of it when it goes on and writes nothing', async () => {
    holder.child.kill('SIGSTOP');
    const { token } = await acquireLease(cell(), contender);
    await writeFenced(store, { token, by: 'contender' });
    const told: string[] = [];
    holder.lines.on('line', (line) => told.push(line));
    const ended = once(holder.child, 'exit');
    holder.child.kill('SIGCONT');
    expect(await ended).toEqual([0, null]);
    expect(told.at(-1)).toBe('lost');
    await expectDead(token - 1);
  });
});

function urlOf<T extends { stop(): Promise<void> }>(engine: T, url: (engine: T) => string) {
  return { url: url(engine), stop: () => engine.stop() };
}
