import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreUnavailableError } from '../errors.js';

export interface RunningEngine {
  readonly port: number;
  /** Ends the engine after its running requests; ending it twice is no error. */
  stop(): Promise<void>;
}

/** How long the engine may take to end by itself before its thread is ended. */
const stopTimeoutMs = 5_000;

/**
 * Starts dynalite in a worker thread on a free port of 127.0.0.1, with its data in `path` or in memory. The thread ends
 * with this process, even when that is killed, and does not keep it alive. Throws StoreUnavailableError when it does
 * not start.
 */
export async function startEngine(path?: string): Promise<RunningEngine> {
  // The compiled worker lies beside the compiled caller; in tests both are TypeScript, which Node runs as it is.
  const file = fileURLToPath(new URL(`./embedded-dynamodb-worker${extname(import.meta.url)}`, import.meta.url));
  const worker = new Worker(file, { workerData: path === undefined ? {} : { path } });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const port = await portOf(worker);
  worker.on('error', (error) => {
    process.emitWarning(`the embedded DynamoDB ended: ${String(error)}`);
  });
  worker.unref();
  return {
    port,
    async stop() {
      worker.postMessage('stop');
      const timer = setTimeout(() => void worker.terminate(), stopTimeoutMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The port on which the worker says it listens. */
async function portOf(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new StoreUnavailableError(`the embedded DynamoDB did not start: ${String(cause)}`, { cause }));
    const exit = (code: number): void => fail(`its thread ended with code ${code}`);
    worker.once('error', fail);
    worker.once('exit', exit);
    worker.once('message', (message: { port: number }) => {
      worker.off('error', fail);
      worker.off('exit', exit);
      resolve(message.port);
    });
  });
}
