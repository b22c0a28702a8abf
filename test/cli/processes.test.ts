import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import type { RunRecord } from '../../src/ledger/ledger.js';
import { openDynamodbStore } from '../../src/stores/dynamodb/dynamodb-store.js';
import { startHttpWire } from '../kill/http-wire.js';
import { buildCommand, runNode, type BuiltCommand, type Ended } from '../support/built-command.js';
import { testDynamodb } from '../support/dynamodb.js';
import { itemOf, put } from './memory-tables.js';

let folder: string;
let command: BuiltCommand;
let engine: Awaited<ReturnType<typeof testDynamodb>>;
beforeAll(async () => {
  [command, engine, folder] = await Promise.all([
    buildCommand(),
    testDynamodb(),
    mkdtemp(join(tmpdir(), 'carryover-cli-')),
  ]);
});
afterAll(async () => {
  await engine.stop();
  await command.remove();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<Ended> => runNode(command.main, args, { cwd: folder });
const urlOf = (prefix: string, endpoint = engine.endpoint) => `dynamodb://us-east-1/${prefix}?endpoint=${endpoint}`;

/** A prefix of a source with one table. */
async function source(count: number): Promise<string> {
  const prefix = `s-${ulid()}-`;
  const access = { region: 'us-east-1', prefix, endpoint: engine.endpoint, location: 'the source' };
  const store = openDynamodbStore({ ...access, requestTimeoutMs: 5_000 });
  const origin = { engine: 'memory', metadata: null } as const;
  await store.create({ name: 'orders', identity: '', key: [{ name: 'id', type: 'S' }], origin });
  await put(
    store,
    'orders',
    Array.from({ length: count }, (_, id) => itemOf(id)),
  );
  await store.close();
  return prefix;
}

/** Waits until the newest run of a ledger is in this step. */
async function runIn(step: string, prefix: string, orEnded: Promise<Ended>): Promise<RunRecord> {
  const access = { region: 'us-east-1', endpoint: engine.endpoint, requestTimeoutMs: 5_000, location: 'the ledger' };
  const ledger = openDynamodbLedger({ ...access, table: `${prefix}carryover-ledger` });
  let ended: Ended | undefined;
  void orEnded.then((end) => (ended = end));
  const newest = async (): Promise<RunRecord | undefined> => {
    for await (const found of ledger.runs()) return found;
    return undefined;
  };
  try {
    for (;;) {
      const found = await newest().catch(() => undefined);
      if (found?.step === step) return found;
      if (ended !== undefined) throw new Error(`the run ended before "${step}": ${ended.stderr}`);
      await sleep(20);
    }
  } finally {
    await ledger.close();
  }
}

describe('the command as a process', () => {
  test('tells a second run who owns the target, from where and since when, and ends it with 4', async () => {
    const wire = await startHttpWire('target', engine.endpoint);
    wire.latencyMs = 100;
    try {
      const ledger = `l-${ulid()}-`;
      const stores = ['--from', urlOf(await source(2_000)), '--to', urlOf(`t-${ulid()}-`, wire.endpoint)];
      const copy = () => run('copy', ...stores, '--ledger', urlOf(ledger), '--segments', '1');
      const first = copy();
      const holder = await runIn('migrate', ledger, first);
      const watching = run('status', holder.run, '--watch', '--ledger', urlOf(ledger));
      const second = await copy();
      expect({ exitCode: second.exitCode, stdout: second.stdout }).toEqual({ exitCode: 4, stdout: '' });
      expect(second.stderr).toMatch(
        new RegExp(`is owned by run ${holder.run}, started by somebody on .+ at ${holder.startedAt.slice(0, 10)}T`),
      );
      wire.latencyMs = 0;
      expect(await first).toMatchObject({ exitCode: 0 });
      const watched = await watching;
      expect(watched.exitCode).toBe(0);
      expect(watched.stdout).toMatch(new RegExp(`^run ${holder.run}: succeeded`));
      expect(watched.stderr).toMatch(/^validate orders: 4,000 items/m);
    } finally {
      await wire.stop();
    }
  });

  test('knows a target again from another folder: the attempt goes on', async () => {
    const from = urlOf(await source(20));
    const ledger = ['--ledger', urlOf(`l-${ulid()}-`)];
    const setUp = await run('copy', '--from', from, '--to', 'archive:out', '--steps', 'setup', ...ledger);
    expect(setUp).toMatchObject({ exitCode: 0 });
    const args = ['copy', '--from', from, '--to', `archive:./out/`, ...ledger];
    const { exitCode, stderr } = await runNode(command.main, args.with(4, 'archive:../out'), {
      cwd: join(folder, 'out'),
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
  });

  test('keeps a ledger of its own under .carryover, makes nothing where the input is bad', async () => {
    const bad = await run('copy', '--from', 'dynamodb://embedded?path=nowhere', '--to', 'dynamodb://embedded?path=t');
    expect(bad).toMatchObject({ exitCode: 2, stdout: '' });
    const listed = await run('status');
    expect(listed).toMatchObject({ exitCode: 0, stdout: 'No runs are recorded in this ledger.\n', stderr: '' });
  });
});
