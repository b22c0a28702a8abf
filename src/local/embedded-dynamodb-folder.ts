import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailableError } from '../errors.js';
import { engineFolder } from './engine-folder.js';
import { startEngine, type RunningEngine } from './embedded-dynamodb-engine.js';
import { answers, readEndpoint, removeEndpoint, writeEndpoint } from './endpoint-file.js';

interface Opened {
  readonly engine: Promise<RunningEngine>;
  users: number;
  /** Settles, never fails, when the engine has ended. */
  closing?: Promise<void>;
}

const opened = new Map<string, Opened>();

/** How long an owner may take to say where it answers, or to end. */
const openTimeoutMs = 60_000;
const pauseMs = 25;

/**
 * The engine of a folder. It belongs to the first process that opens the folder and ends with that process, or when
 * everyone in it has stopped; other processes use it meanwhile. In one process it is started once and counts its users.
 * Throws InputError when the folder cannot be used, StoreUnavailableError when the engine neither starts nor answers.
 */
export async function openFolder(path: string): Promise<RunningEngine> {
  const folder = await engineFolder(path, 'DynamoDB');
  const entry = await enter(folder);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= leave(folder, entry));
  try {
    return { port: (await entry.engine).port, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function enter(folder: string): Promise<Opened> {
  for (let entry = opened.get(folder); entry?.closing !== undefined; entry = opened.get(folder)) await entry.closing;
  const entry = opened.get(folder) ?? { engine: ownOrJoin(folder), users: 0 };
  entry.users++;
  opened.set(folder, entry);
  return entry;
}

async function leave(folder: string, entry: Opened): Promise<void> {
  if (--entry.users > 0) return;
  const closing = entry.engine
    .then((engine) => engine.stop())
    .finally(() => {
      if (opened.get(folder) === entry) opened.delete(folder);
    });
  entry.closing = closing.catch(() => undefined);
  await closing;
}

async function ownOrJoin(folder: string): Promise<RunningEngine> {
  for (const until = performance.now() + openTimeoutMs; performance.now() < until; await sleep(pauseMs)) {
    const engine = (await join(folder)) ?? (await own(folder));
    if (engine !== undefined) return engine;
  }
  const pid = (await readEndpoint(folder))?.pid;
  const owner = pid === undefined ? 'another process' : `process ${pid}`;
  throw new StoreUnavailableError(`${folder} is open in ${owner}, which does not answer: end it and try again`);
}

/** The engine of another process; whoever joined it does not end it. */
async function join(folder: string): Promise<RunningEngine | undefined> {
  const endpoint = await readEndpoint(folder);
  if (endpoint === undefined || !(await answers(endpoint))) return undefined;
  // The owner may end before this process does: whoever opens the folder then looks anew.
  opened.delete(folder);
  return { port: endpoint.port, stop: () => Promise.resolve() };
}

async function own(folder: string): Promise<RunningEngine | undefined> {
  const id = randomUUID();
  const engine = await startEngine({ path: folder, id });
  if (engine === undefined) return undefined;
  try {
    await writeEndpoint(folder, { port: engine.port, pid: process.pid, id });
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return {
    port: engine.port,
    async stop() {
      // While the engine holds the folder, the file is its own.
      await removeEndpoint(folder);
      await engine.stop();
    },
  };
}
