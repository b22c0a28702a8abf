import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';
import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';
import { archivedRows } from './archived-rows.js';
import { dynamodbClient, dynamodbRows } from './dynamodb-target.js';
import { startHttpWire } from './http-wire.js';
import { dynamodbUrl, type KillRig } from './kill-rig.js';
import { startPostgresWire } from './postgres-wire.js';
import { postgresRows, withClient, type Rows } from './source-rows.js';
import type { Wire } from './wire.js';

const run = promisify(execFile);

/** A target whose whole data can be put back to what it was, as a backup is, while no command runs. */
export interface RestorableTarget {
  readonly wires: readonly Wire[];
  url(): string;
  save(): Promise<void>;
  restore(): Promise<void>;
  drop(table: string): Promise<void>;
  rows(): Promise<Rows>;
}

/** An engine that is the test's own, in a folder. */
interface Engine {
  readonly address: string;
  stop(): Promise<void>;
}

/** Ends the engine, does something to its folder and starts it anew. */
async function betweenEngines(rig: KillRig, wire: Wire, start: () => Promise<Engine>) {
  let engine = await start();
  wire.engine = engine.address;
  rig.defer(() => engine.stop());
  return async (work: () => Promise<void>): Promise<void> => {
    await engine.stop();
    await work();
    engine = await start();
    wire.engine = engine.address;
  };
}

/** Copies of a folder and back. */
function copies(folder: string) {
  const copy = async (from: string, to: string): Promise<void> => {
    await rm(to, { recursive: true, force: true });
    // The server wants its files to be its own: Node's copy would give them to whoever makes it.
    await run('cp', ['-a', from, to]);
  };
  return { save: () => copy(folder, `${folder}-saved`), restore: () => copy(`${folder}-saved`, folder) };
}

export async function dynamodbTarget(rig: KillRig): Promise<RestorableTarget> {
  const path = join(rig.folder, 'target');
  const wire = await startHttpWire('target', '');
  rig.defer(() => wire.stop());
  const pausing = await betweenEngines(rig, wire, async () => {
    const { endpoint, stop } = await startEmbeddedDynamodb({ path });
    return { address: endpoint, stop };
  });
  const { save, restore } = copies(path);
  return {
    wires: [wire],
    url: () => dynamodbUrl(wire.endpoint),
    save: () => pausing(save),
    restore: () => pausing(restore),
    async drop(TableName) {
      const client = dynamodbClient(wire.engine);
      await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
    },
    rows: () => dynamodbRows(wire.engine),
  };
}

export async function postgresTarget(rig: KillRig): Promise<RestorableTarget> {
  const path = join(rig.folder, 'target');
  const wire = await startPostgresWire('target', '');
  rig.defer(() => wire.stop());
  const pausing = await betweenEngines(rig, wire, async () => {
    const { url, stop } = await startEmbeddedPostgres({ path, fsync: false });
    return { address: url, stop };
  });
  const { save, restore } = copies(path);
  return {
    wires: [wire],
    url: () => wire.url(),
    save: () => pausing(save),
    restore: () => pausing(restore),
    drop: (table) => withClient(wire.engine, async (client) => void (await client.query(`DROP TABLE ${table}`))),
    rows: () => postgresRows(wire.engine),
  };
}

export function archiveTarget(rig: KillRig): RestorableTarget {
  const path = join(rig.folder, 'target');
  return {
    wires: [],
    url: () => `archive:${path}`,
    ...copies(path),
    drop: (table) => rm(join(path, table), { recursive: true }),
    rows: () => archivedRows(path),
  };
}
