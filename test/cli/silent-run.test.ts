import { ulid } from 'ulid';
import { changeAttempt, scopes } from '../../src/engine/attempts/attempt-record.js';
import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { noUsage } from '../../src/stores/store.js';
import { testDynamodb } from '../support/dynamodb.js';
import { SetClock } from '../ledger/test-ledger.js';
import { openFolder, type CommandFolder } from './in-folder.js';

let folder: CommandFolder;
let engine: Awaited<ReturnType<typeof testDynamodb>>;
let ledger: Ledger;
const clock = new SetClock();
const prefix = `silent-${ulid()}-`;
let url: string;
beforeAll(async () => {
  engine = await testDynamodb();
  folder = await openFolder();
  url = `dynamodb://us-east-1/${prefix}?endpoint=${engine.endpoint}`;
  await folder.write('carryover.config.ts', `export default { stores: {} };`);
  const table = `${prefix}carryover-ledger`;
  const options = { region: 'us-east-1', endpoint: engine.endpoint, table, location: url, requestTimeoutMs: 2_000 };
  ledger = openDynamodbLedger({ ...options, clock });
  await ledger.ensure();
});
afterAll(async () => {
  await ledger.close();
  await folder.remove();
  await engine.stop();
});

const status = (...args: string[]) => folder.run('status', ...args, '--ledger', url);

/** A run that was killed in Migrate an hour ago: its last checkpoint is a minute younger than its entry. */
async function killedRun(run: string): Promise<string> {
  clock.time = Date.now() - 3_600_000;
  const startedAt = new Date(clock.time).toISOString();
  await ledger.startRun({ run, input: null, who: 'anna', where: 'here', startedAt });
  await ledger.changeRun(run, { attempt: run, token: 1, step: 'migrate' });
  await changeAttempt(ledger, { attempt: run, token: 1 }, { token: 1, migrate: 1 });
  await ledger.planUnits(scopes.migrate(run), [{ unit: 0, table: 'orders', work: null }]);
  clock.time += 60_000;
  await checkpoint(run);
  return new Date(clock.time).toISOString();
}

async function checkpoint(run: string): Promise<void> {
  const claim = { token: 1, owner: ulid(), until: clock.time + 1_000 };
  const { unit } = await ledger.claim(scopes.migrate(run), 0, claim);
  const saved = { items: 5, sizeBytes: 50, usage: noUsage, done: false, revision: 1 };
  await ledger.release(await ledger.checkpoint(unit, claim, saved), claim);
}

describe('carryover status of a run whose process was killed', () => {
  test('says since when it shows no sign of life, and a watcher does not wait for ever', async () => {
    const lastSignAt = await killedRun('r1');
    expect((await status('r1')).stdout).toContain(`no sign of life since ${lastSignAt} (59m ago)`);
    const watched = await status('r1', '--watch');
    expect(watched).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('no sign of life since') as string });
    const seconds = lastSignAt.slice(0, 19).replace('T', ' ');
    expect((await status()).stdout).toContain(`no sign of life since ${seconds} UTC, in migrate`);
    expect(JSON.parse((await status('r1', '--json')).stdout)).toMatchObject({ lastSignAt, silent: true });
  });

  test('takes a checkpoint for a sign of life', async () => {
    await killedRun('r2');
    clock.time = Date.now();
    await checkpoint('r2');
    expect((await status('r2')).stdout).toMatch(/last sign of life \d+m?s ago/);
    expect((await status()).stdout).toMatch(/r2 .*running, migrate/);
    expect(JSON.parse((await status('r2', '--json')).stdout)).toMatchObject({ silent: false });
  });
});
