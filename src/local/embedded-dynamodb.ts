import { randomUUID } from 'node:crypto';
import { StoreUnavailableError } from '../errors.js';
import { startEngine, type RunningEngine } from './embedded-dynamodb-engine.js';
import { openFolder } from './embedded-dynamodb-folder.js';

export interface EmbeddedDynamodbOptions {
  /** The folder of the engine: data, lock, `endpoint.json`. Made where it is missing. In memory when absent. */
  readonly path?: string;
}

export interface EmbeddedDynamodb {
  /** `http://127.0.0.1:PORT`; any region and credentials will do. */
  readonly endpoint: string;
  /** Ends the engine, once everyone in this process who opened the folder has stopped, if this process owns it. */
  stop(): Promise<void>;
}

/**
 * Starts an embedded DynamoDB in memory, or opens the one of a folder. That one belongs to the first process that opens
 * the folder and ends with it, even when it is killed; later processes use the same engine meanwhile. What was
 * acknowledged outlives the process; a power cut may cost what the system had not written yet.
 * Throws StoreUnavailableError when it does not start.
 */
export async function startEmbeddedDynamodb({ path }: EmbeddedDynamodbOptions = {}): Promise<EmbeddedDynamodb> {
  const engine = path === undefined ? await startInMemory() : await openFolder(path);
  return { endpoint: `http://127.0.0.1:${engine.port}`, stop: () => engine.stop() };
}

async function startInMemory(): Promise<RunningEngine> {
  const engine = await startEngine({ id: randomUUID() });
  if (engine === undefined) throw new StoreUnavailableError('the embedded DynamoDB did not start');
  return engine;
}
