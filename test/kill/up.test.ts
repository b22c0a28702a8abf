import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { ulid } from 'ulid';
import { openProcessRig, type ProcessRig } from '../cli/process-rig.js';
import { counts } from '../cli/memory-tables.js';
import { history } from '../../src/versions/history.js';
import { readState } from '../../src/versions/state-entry.js';
import { startHttpWire, type HttpWire } from './http-wire.js';

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

const tenants = Array.from({ length: 12 }, (_, at) => `tenant-${at}`);

/** Writes one item a tenant, so that one that is done twice shows as little as one that is skipped shows much. */
const migration = (attribute: string) => `import { forEachPartition } from 'carryover';
export default forEachPartition({
  partitions: () => ${JSON.stringify(tenants)},
  migrate: async (tenant, { database, fenceFor }) => {
    const writer = database.writer('${attribute}', { unit: 0, position: 0, fence: fenceFor(database) });
    await writer.write([{ id: { S: tenant } }]);
    await writer.flush();
  },
});
`;

/** A project whose database is behind the wire; its tables are there, and empty. */
async function project(): Promise<string> {
  const prefix = `d-${ulid()}-`;
  const store = rig.store(prefix);
  const origin = { engine: 'memory', metadata: null } as const;
  for (const name of ['first', 'second'])
    await store.create({ name, identity: '', key: [{ name: 'id', type: 'S' }], origin });
  await store.close();
  await mkdir(join(rig.folder, 'migrations'), { recursive: true });
  await writeFile(join(rig.folder, 'migrations/0001_first.ts'), migration('first'));
  await writeFile(join(rig.folder, 'migrations/0002_second.ts'), migration('second'));
  const settings = { leaseMs: 3_000, requestTimeoutMs: 600, checkpointMs: 1, checkpointRequests: 1, concurrency: 2 };
  const configuration = { stores: { main: rig.urlOf(prefix, wire.endpoint) }, database: 'main', settings };
  await writeFile(join(rig.folder, 'carryover.config.ts'), `export default ${JSON.stringify(configuration)};`);
  return prefix;
}

test('up that is killed in its second migration keeps others out while it lived, and goes on when it is given again', async () => {
  const prefix = await project();
  const args = ['up', '--ledger', rig.urlOf(`l-${ulid()}-`)];
  let batches = 0;
  const held = new Promise<void>((resolve) => {
    wire.listener = {
      // All of the first migration's, and some of the second's.
      onRequest: ({ operation }) => {
        if (operation !== 'BatchWriteItem' || ++batches <= tenants.length + 4) return undefined;
        resolve();
        return 'lost';
      },
      onDone: () => undefined,
    };
  });
  let child: ChildProcess | undefined;
  const first = rig.runWith({ onStart: (started) => (child = started) }, ...args);
  await Promise.race([held, first.then(({ stderr }) => Promise.reject(new Error(stderr)))]);

  const second = await rig.run(...args);
  expect(second.exitCode).toBe(4);
  expect(second.stderr).toMatch(/^Nothing was done: .* is owned by run \w+, started by somebody on /m);
  child?.kill('SIGKILL');
  expect((await first).exitCode).toBeNull();
  await wire.settle();
  wire.listener = undefined;

  const { exitCode, stdout, stderr } = await rig.run(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
  expect(stdout).toMatch(/ came from version 1 to 2: 1 migration was applied\n/);
  const store = rig.store(prefix);
  expect(await counts(store)).toEqual({ first: tenants.length, second: tenants.length });
  expect(await readState(store.keyValues)).toMatchObject({ version: 2, baseline: 0 });
  const versions: number[] = [];
  for await (const { version } of history(store.keyValues)) versions.push(version);
  expect(versions).toEqual([1, 2]);
  await store.close();
});
