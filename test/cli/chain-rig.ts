import { mkdir } from 'node:fs/promises';
import { ulid } from 'ulid';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { Store } from '../../src/stores/store.js';
import type { Ended } from '../support/built-command.js';
import { testDynamodb } from '../support/dynamodb.js';
import { openFolder, type CommandFolder } from './in-folder.js';

/** A folder with a project whose database is in memory, and commands that run in it. */
export interface ChainRig {
  readonly folder: CommandFolder;
  /** `--ledger URL` of the project's ledger. */
  readonly ledger: readonly string[];
  /**
   * Writes a project with a new database, `main`, and these migrations, by their files. `project`: what its configuration says
   * beside.
   */
  project(migrations: Readonly<Record<string, string>>, project?: Readonly<Record<string, unknown>>): Promise<Store>;
  /** Adds or replaces a migration; removes it where there is no text. */
  migration(file: string, text: string | undefined): Promise<void>;
  run(...args: string[]): Promise<Ended>;
  stop(): Promise<void>;
}

/** Short, so that a dead holder's lease is over soon. */
const settings = { leaseMs: 1_000, requestTimeoutMs: 300 };

export async function openChainRig(): Promise<ChainRig> {
  const engine = await testDynamodb();
  const folder = await openFolder();
  const ledgerUrl = `dynamodb://us-east-1/chain-${ulid()}-?endpoint=${engine.endpoint}`;
  const written = new Set<string>();
  const migration: ChainRig['migration'] = async (file, text) => {
    await mkdir('migrations', { recursive: true });
    await folder.write(`migrations/${file}`, text);
    written.add(file);
  };
  return {
    folder,
    ledger: ['--ledger', ledgerUrl],
    async project(migrations, project = {}) {
      for (const file of written) await migration(file, undefined);
      for (const [file, text] of Object.entries(migrations)) await migration(file, text);
      const name = `main-${ulid()}`;
      const configuration = { stores: { main: `memory:${name}` }, database: 'main', settings, ...project };
      await folder.write('carryover.config.ts', `export default ${JSON.stringify(configuration)};`);
      return openMemoryStore({ name });
    },
    migration,
    run: (...args) => folder.run(...args),
    async stop() {
      await folder.remove();
      await engine.stop();
    },
  };
}

/** Partitions that fail while they are in this set: migrations run in this very process. */
export const broken = new Set<string>();
/** The partitions that migrations were called for. */
export const tried: string[] = [];
Object.assign(globalThis, { broken, tried });

/** A migration that brings these partitions on, unless they are broken; `more`: further options, as text. */
export function partitionStep(ids: readonly string[], more = ''): string {
  return `import { forEachPartition } from 'carryover';
export default forEachPartition({
  partitions: () => ${JSON.stringify(ids)},
  migrate: async (id) => {
    globalThis.tried.push(id);
    if (globalThis.broken.has(id)) throw new RangeError('no such luck for ' + id);
  },
  attempts: 1,
  ${more}
});
`;
}

/** A migration that writes one item, into a table that it creates, which a fresh start drops. It fails while it is broken. */
export function tableStep(table: string): string {
  return `const usage = { requests: 1, readUnits: 0, writeUnits: 0 };
export default {
  kind: 'table-step',
  async open({ openStore, database }) {
    const store = await openStore(database);
    const origin = { engine: 'memory', metadata: null };
    return {
      forecast: async ({ attempts }) => ({
        faults: [], warnings: [], notes: [],
        tables: [{ table: '${table}', mode: 'carry', items: 1, segments: 1, target: 'absent' }],
        drops: attempts.some(({ resumed }) => !resumed) ? ['${table}'] : [],
      }),
      async *setup({ previousAttempts, fenceFor }) {
        for (const _ of previousAttempts) await store.drop('${table}', fenceFor(store));
        await store.create({ name: '${table}', identity: '', key: [{ name: 'id', type: 'S' }], origin });
        yield { group: { table: '${table}', restart: false, plan: async () => [0] } };
      },
      async *migrate(unit, from, context) {
        if (globalThis.broken.has('${table}')) throw new RangeError('not today');
        const writer = store.writer('${table}', { unit: 0, position: 0, fence: context.fenceFor(store) });
        await writer.write([{ id: { S: 'one' } }]);
        await writer.flush();
        yield { cursor: 1, items: 1, sizeBytes: 1, usage };
      },
      async *expects() {},
      async *complete() {},
      cleanup: async () => true,
    };
  },
};
`;
}
