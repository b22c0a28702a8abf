import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { attemptRecord, scopes } from '../../src/engine/attempts/attempt-record.js';
import type { UnitRecord } from '../../src/ledger/ledger.js';
import { readState } from '../../src/versions/state-entry.js';
import { startHttpWire, type HttpWire } from '../kill/http-wire.js';
import type { Ended } from '../support/built-command.js';
import { openProcessRig, type ProcessRig } from './process-rig.js';

let rig: ProcessRig;
let wire: HttpWire;
beforeAll(async () => {
  rig = await openProcessRig();
  wire = await startHttpWire('target', rig.endpoint);
});
afterAll(async () => {
  await wire.stop();
  await rig.stop();
});
afterEach(() => {
  wire.latencyMs = 0;
  wire.listener = undefined;
});

const items = 1_600;

/** A copy whose target is behind the wire, with a ledger of its own. */
async function copying() {
  const [ledger, target] = [`l-${ulid()}-`, `t-${ulid()}-`];
  const stores = ['--from', rig.urlOf(await rig.source(items, 10_000)), '--to', rig.urlOf(target, wire.endpoint)];
  const args = ['copy', ...stores, '--ledger', rig.urlOf(ledger), '--segments', '2', '--json'];
  const start = (): { child: ChildProcess; ended: Promise<Ended> } => {
    let child: ChildProcess | undefined;
    const ended = rig.runWith({ onStart: (started) => (child = started) }, ...args);
    return { child: child as ChildProcess, ended };
  };
  return { ledger, target, start };
}

async function migrateUnits(prefix: string, attempt = ''): Promise<UnitRecord[]> {
  const ledger = rig.ledger(prefix);
  const { migrate } = await attemptRecord(ledger, attempt);
  const units: UnitRecord[] = [];
  for await (const unit of ledger.units(scopes.migrate(attempt), migrate)) units.push(unit);
  await ledger.close();
  return units;
}

async function leaseOf(target: string): Promise<unknown> {
  const store = rig.store(target);
  const state = await readState(store.keyValues);
  await store.close();
  return state?.lease;
}

/** Makes batches take so long; resolves when the first one is written. */
function slowBatches(ms: number): Promise<void> {
  return new Promise((resolve) => {
    wire.listener = {
      onRequest: ({ operation }) => void (wire.latencyMs = operation === 'BatchWriteItem' ? ms : 0),
      onDone: ({ operation }) => void (operation === 'BatchWriteItem' && resolve()),
    };
  });
}

const sum = (units: UnitRecord[]): number => units.reduce((total, unit) => total + unit.items, 0);

describe('a copy that is interrupted', () => {
  test('comes to a safe point, frees what it held, and the same command goes on from there', async () => {
    const { ledger, target, start } = await copying();
    const written = slowBatches(400);
    const { child, ended } = start();
    await Promise.race([written, ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
    child.kill('SIGINT');
    const { exitCode, stdout, stderr } = await ended;
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(
        /SIGINT: stopping at the next safe point[^]*Stopped in migrate by SIGINT/,
      ) as string,
    });
    const report = JSON.parse(stdout) as { run: string; error: { name: string } };
    expect(report.error).toMatchObject({ name: 'InterruptedError' });
    const run = await rig.ledger(ledger).run(report.run);
    const units = await migrateUnits(ledger, run?.attempt);
    expect(units.map(({ leaseOwner, failure }) => ({ leaseOwner, failure }))).toEqual([{}, {}]);
    expect(sum(units)).toBeGreaterThan(0);
    expect(sum(units)).toBeLessThan(items);
    expect(await leaseOf(target)).toBeUndefined();

    wire.listener = undefined;
    wire.latencyMs = 0;
    const again = await start().ended;
    expect({ exitCode: again.exitCode, stderr: again.stderr }).toEqual({ exitCode: 0, stderr: again.stderr });
    expect((await rig.ledger(ledger).run(report.run))?.status).toBe('failed');
    const after = await migrateUnits(ledger, run?.attempt);
    expect(sum(after)).toBe(items);
    expect(after.every(({ done }) => done)).toBe(true);
  });

  test('ends at once at the second signal, whatever does not answer', async () => {
    const { ledger, start } = await copying();
    wire.listener = {
      onRequest: ({ operation }) => (operation === 'BatchWriteItem' ? 'lost' : undefined),
      onDone: () => undefined,
    };
    const { child, ended } = start();
    const { run } = await rig.runIn('migrate', ledger, ended);
    child.kill('SIGTERM');
    await sleep(700);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ exitCode: 3, stdout: '' });
    expect((await rig.ledger(ledger).run(run))?.status).toBe('running');
  });
});
