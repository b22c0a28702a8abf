import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import type { Ledger, RunRecord } from '../../src/ledger/ledger.js';
import { openDynamodbStore } from '../../src/stores/dynamodb/dynamodb-store.js';
import type { Store } from '../../src/stores/store.js';
import { buildCommand, runNode, type Ended, type RunOptions } from '../support/built-command.js';
import { testDynamodb } from '../support/dynamodb.js';
import { itemOf, put } from './memory-tables.js';

/** The command as a process of its own, in a folder of its own, beside an engine. */
export interface ProcessRig {
  readonly folder: string;
  readonly endpoint: string;
  run(...args: string[]): Promise<Ended>;
  /** Runs it with other options than its own folder. */
  runWith(options: Partial<RunOptions>, ...args: string[]): Promise<Ended>;
  urlOf(prefix: string, endpoint?: string): string;
  store(prefix: string): Store;
  /** The ledger of `--ledger urlOf(prefix)`. */
  ledger(prefix: string): Ledger;
  /** A prefix of a source with one table, `orders`. Items of 10 KB make about 100 a page. */
  source(count: number, itemBytes?: number): Promise<string>;
  /** Waits until the newest run of a ledger is in this step. Throws when the command ends before. */
  runIn(step: string, prefix: string, orEnded: Promise<Ended>): Promise<RunRecord>;
  stop(): Promise<void>;
}

export async function openProcessRig(): Promise<ProcessRig> {
  const [command, engine, folder] = await Promise.all([
    buildCommand(),
    testDynamodb(),
    mkdtemp(join(tmpdir(), 'carryover-cli-')),
  ]);
  const access = { region: 'us-east-1', endpoint: engine.endpoint, requestTimeoutMs: 5_000 };
  const store: ProcessRig['store'] = (prefix) => openDynamodbStore({ ...access, prefix, location: 'the store' });
  const ledger: ProcessRig['ledger'] = (prefix) =>
    openDynamodbLedger({ ...access, location: 'the ledger', table: `${prefix}carryover-ledger` });
  const children = new Set<ChildProcess>();
  const runWith: ProcessRig['runWith'] = (options, ...args) => {
    const onStart = (child: ChildProcess): void => {
      children.add(child);
      options.onStart?.(child);
    };
    return runNode(command.main, args, { cwd: folder, ...options, onStart });
  };
  return {
    folder,
    endpoint: engine.endpoint,
    run: (...args) => runWith({}, ...args),
    runWith,
    urlOf: (prefix, endpoint = engine.endpoint) => `dynamodb://us-east-1/${prefix}?endpoint=${endpoint}`,
    store,
    ledger,
    source: (count, itemBytes) => fill(store, count, itemBytes),
    runIn: (step, prefix, orEnded) => runIn(step, ledger(prefix), orEnded),
    async stop() {
      // What a failed test left running.
      for (const child of children) child.kill('SIGKILL');
      await engine.stop();
      await command.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function fill(open: ProcessRig['store'], count: number, itemBytes = 0): Promise<string> {
  const prefix = `s-${ulid()}-`;
  const store = open(prefix);
  const origin = { engine: 'memory', metadata: null } as const;
  await store.create({ name: 'orders', identity: '', key: [{ name: 'id', type: 'S' }], origin });
  await put(
    store,
    'orders',
    Array.from({ length: count }, (_, id) => ({ ...itemOf(id), note: { S: '-'.repeat(itemBytes) } })),
  );
  await store.close();
  return prefix;
}

async function runIn(step: string, ledger: Ledger, orEnded: Promise<Ended>): Promise<RunRecord> {
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
