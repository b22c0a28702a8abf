import { join } from 'node:path';
import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';
import { openDynamodbStore } from '../../src/stores/dynamodb/dynamodb-store.js';
import { readState, type StateEntry } from '../../src/versions/state-entry.js';
import { dynamodbRows } from './dynamodb-target.js';
import { startHttpWire, type HttpWire } from './http-wire.js';
import { dynamodbUrl, newestRun, openKillRig, type KillRig } from './kill-rig.js';
import type { RunningCommand } from './running-command.js';
import { differences, postgresRows } from './source-rows.js';

let rig: KillRig;
let target: HttpWire;
beforeEach(async () => {
  rig = await openKillRig(1);
  const engine = await startEmbeddedDynamodb({ path: join(rig.folder, 'target') });
  rig.defer(() => engine.stop());
  target = await startHttpWire('target', engine.endpoint);
  rig.defer(() => target.stop());
});
afterEach(() => rig.stop());

const start = (): RunningCommand => rig.start(dynamodbUrl(target.endpoint));

/** Starts the command and holds its first batch back, so that it is in Migrate for as long as the test wants it to be. */
async function startedAndHeld(): Promise<RunningCommand> {
  const held = new Promise<void>((resolve) => {
    target.listener = {
      onRequest: ({ operation }) => {
        if (operation !== 'BatchWriteItem') return undefined;
        resolve();
        return 'lost';
      },
      onDone: () => undefined,
    };
  });
  const command = start();
  await Promise.race([held, command.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  return command;
}

async function state(): Promise<StateEntry | undefined> {
  const options = { region: 'us-east-1', endpoint: target.engine, prefix: '', location: 'the target' };
  const store = openDynamodbStore({ ...options, requestTimeoutMs: 5_000 });
  try {
    return await readState(store.keyValues);
  } finally {
    await store.close();
  }
}

describe('two commands for one target', () => {
  test('the second one is told who runs, from where and since when; a killed one lets the next one in', async () => {
    const first = await startedAndHeld();
    const owner = await newestRun(rig.ledger);
    const second = await start().ended;
    expect(second.exitCode).toBe(4);
    const lease = (await state())?.lease;
    expect(lease).toMatchObject({ owner: owner?.run, who: 'somebody' });
    expect(second.stderr).toContain(
      `owned by run ${owner?.run}, started by somebody on ${lease?.where} at ${lease?.since}`,
    );

    first.child.kill('SIGKILL');
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
    await target.settle();
    expect((await state())?.lease).toMatchObject({ owner: owner?.run });
    target.listener = undefined;
    expect(await start().ended).toMatchObject({ exitCode: 0 });
    expect((await state())?.lease).toBeUndefined();
    expect(differences(await postgresRows(rig.sourceUrl), await dynamodbRows(target.engine))).toEqual([]);
  }, 120_000);

  test('one that is interrupted frees the lease, and the next one goes on', async () => {
    const first = await startedAndHeld();
    const { run } = (await newestRun(rig.ledger)) ?? {};
    first.child.kill('SIGINT');
    expect(await first.ended).toMatchObject({ exitCode: 3, signal: null });
    expect((await state())?.lease).toBeUndefined();
    const recorded = await rig.ledger.run(run ?? '');
    expect(recorded).toMatchObject({ status: 'failed', exitCode: 3, step: 'migrate' });
    expect(recorded?.error).toMatchObject({ name: 'InterruptedError' });
    await target.settle();
    target.listener = undefined;
    expect(await start().ended).toMatchObject({ exitCode: 0 });
    expect(differences(await postgresRows(rig.sourceUrl), await dynamodbRows(target.engine))).toEqual([]);
  }, 120_000);
});
