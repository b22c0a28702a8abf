import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreUnavailableError } from '../errors.js';

export interface RunningEngine {
  readonly port: number;
  /** Ends the engine after its running requests; ending it twice is no error. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** The folder of its data; in memory when absent. */
  readonly path?: string;
  /** What the engine answers to who asks which one it is. */
  readonly id: string;
}

type FirstMessage = { readonly port: number } | { readonly locked: true };

/** How long the engine may take to end by itself before its thread is ended. */
const stopTimeoutMs = 5_000;

/**
 * Starts dynalite in a worker thread on a free port of 127.0.0.1. The thread ends with this process, even when that is
 * killed, and does not keep it alive. Undefined: another engine, of this or another process, has the folder open.
 * Throws StoreUnavailableError when it does not start.
 */
export async function startEngine(options: EngineOptions): Promise<RunningEngine | undefined> {
  // The compiled worker lies beside the compiled caller; in tests both are TypeScript, which Node runs as it is.
  const file = fileURLToPath(new URL(`./embedded-dynamodb-worker${extname(import.meta.url)}`, import.meta.url));
  const worker = new Worker(file, { workerData: { ...options } });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const first = await firstMessage(worker);
  worker.on('error', (error) => {
    process.emitWarning(`the embedded DynamoDB ended: ${String(error)}`);
  });
  if ('locked' in first) {
    await ended;
    return undefined;
  }
  worker.unref();
  return {
    port: first.port,
    async stop() {
      worker.postMessage('stop');
      const timer = setTimeout(() => void worker.terminate(), stopTimeoutMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function firstMessage(worker: Worker): Promise<FirstMessage> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new StoreUnavailableError(`the embedded DynamoDB did not start: ${String(cause)}`, { cause }));
    const exit = (code: number): void => fail(`its thread ended with code ${code}`);
    worker.once('error', fail);
    worker.once('exit', exit);
    worker.once('message', (message: FirstMessage) => {
      worker.off('error', fail);
      worker.off('exit', exit);
      resolve(message);
    });
  });
}
