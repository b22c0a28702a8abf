import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openDynamodbLedger } from '../../../src/ledger/dynamodb-ledger.js';
import pg from 'pg';
import type { Dependencies } from '../../../src/engine/dependencies.js';
import { startEmbeddedPostgres } from '../../../src/local/embedded-postgres.js';
import { openLocalRuntime } from '../../../src/local/local-runtime.js';
import type { Project } from '../../../src/project.js';
import { changeState } from '../../../src/versions/state-entry.js';
import { startHttpWire, type HttpWire } from '../../kill/http-wire.js';
import { killAt, type Kill } from '../../kill/kill-rig.js';
import type { Moment } from '../../kill/kill-switch.js';
import { endCommands, startCommand, type CommandEnd } from '../../kill/running-command.js';
import { buildCommand, type BuiltCommand } from '../../support/built-command.js';
import { testDynamodb, type TestDynamodb } from '../../support/dynamodb.js';
import { fillLibraryTables } from './library-tables.js';
import type { LibrarySize } from './library.js';

/** Where the entries go, in the words of the migration's options, and by way of the archive or not. */
export interface Way {
  readonly to: string | undefined;
  readonly viaArchive: boolean;
}

/** A project in a folder of its own, whose databases are embedded and die with the command. */
export interface KilledImport {
  /** `carryover up`, killed at a moment; `kill` is undefined where it ended before. */
  upKilledAt(moment: Moment): Promise<{ end: CommandEnd; kill: Kill | undefined }>;
  up(): Promise<CommandEnd>;
  /** Looks at the stores while no command runs. */
  look<T>(use: (open: Dependencies['openStore']) => Promise<T>): Promise<T>;
}

export interface KilledImports {
  import(size: LibrarySize, way: Way): Promise<KilledImport>;
  stop(): Promise<void>;
}

/** The ledger's engine outlives the commands: it is where the moments of death are seen. */
export async function openKilledImports(): Promise<KilledImports> {
  const [command, engine, folder] = await Promise.all([
    buildCommand(),
    testDynamodb(),
    mkdtemp(join(tmpdir(), 'carryover-killed-import-')),
  ]);
  const wire = await startHttpWire('ledger', engine.endpoint);
  let made = 0;
  return {
    import: (size, way) => openImport({ command, engine, wire, folder: join(folder, `way-${++made}`) }, size, way),
    async stop() {
      await endCommands();
      await wire.stop();
      await engine.stop();
      await command.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly command: BuiltCommand;
  readonly engine: TestDynamodb;
  readonly wire: HttpWire;
  readonly folder: string;
}

async function openImport(
  { command, engine, wire, folder }: Place,
  size: LibrarySize,
  way: Way,
): Promise<KilledImport> {
  const prefix = `${folder.split('/').at(-1)}-`;
  const ledgerAt = (endpoint: string): string => `dynamodb://us-east-1/${prefix}?endpoint=${endpoint}`;
  await mkdir(join(folder, 'migrations'), { recursive: true });
  await writeFile(join(folder, 'migrations/0001_to_kv.ts'), migrationText(way));
  const config = JSON.stringify(projectIn(folder, ledgerAt(wire.endpoint)));
  await writeFile(join(folder, 'carryover.config.ts'), `export default ${config};\n`);
  const project = projectIn(folder, ledgerAt(engine.endpoint));
  const look: KilledImport['look'] = async (use) => {
    const runtime = await openLocalRuntime({ project, who: 'a test', where: 'here' });
    try {
      return await use((name) => runtime.dependencies.openStore(name));
    } finally {
      await runtime.close();
    }
  };
  await filled(join(folder, '.carryover/sql'), size);
  await look(async (open) => {
    await changeState((await open('sql')).keyValues, (state) => ({ ...state, baseline: 0 }));
  });
  const start = () => startCommand(command.main, ['up', '--json'], folder);
  const region = { region: 'us-east-1', endpoint: engine.endpoint, location: 'the ledger' };
  return {
    async upKilledAt(moment) {
      const ledger = openDynamodbLedger({ ...region, table: `${prefix}carryover-ledger`, requestTimeoutMs: 5_000 });
      try {
        return await killAt({ wires: [wire], ledger }, moment, start);
      } finally {
        await ledger.close();
      }
    },
    up: () => start().ended,
    look,
  };
}

async function filled(path: string, size: LibrarySize): Promise<void> {
  const engine = await startEmbeddedPostgres({ path });
  const client = new pg.Client({ connectionString: engine.url });
  try {
    await client.connect();
    await fillLibraryTables(client, size);
  } finally {
    await client.end();
    await engine.stop();
  }
}

/** Leases are short, so that a restart waits little for the dead one's; checkpoints come as often as can be. */
function projectIn(folder: string, ledger: string): Project {
  const at = (name: string): string => join(folder, '.carryover', name);
  const dropping = { allowReplace: true };
  return {
    stores: {
      sql: { url: `postgres://embedded?path=${at('sql')}`, ...dropping },
      schema: { url: `postgres://embedded?path=${at('sql')}&schema=kv`, ...dropping },
      dynamodb: { url: `dynamodb://embedded?path=${at('kv')}`, ...dropping },
      archive: { url: `archive:${at('archive')}`, ...dropping },
    },
    ...{ database: 'sql', ledger },
    settings: { leaseMs: 3_000, requestTimeoutMs: 600, checkpointMs: 1, checkpointRequests: 1, segments: 3 },
  };
}

function migrationText({ to, viaArchive }: Way): string {
  const options = { ...(to === undefined ? {} : { to: { store: to } }), ...(viaArchive ? { via: 'archive' } : {}) };
  return `import { importPackages } from 'carryover';
import { books, readers } from ${JSON.stringify(resolve('test/migrations/import-packages/library-packages.ts'))};
export default importPackages({ packages: [books, readers], ...${JSON.stringify(options)} });
`;
}
