import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type * as Parser from '../parse-json.js';

// dynalite and its database read items by JSON.parse, which takes some names for others: they get the one that does not,
// before they are loaded, since they keep the function that they find.
const parser = new URL(`../parse-json${extname(import.meta.url)}`, import.meta.url).href;
const { parseJson } = (await import(parser)) as typeof Parser;
JSON.parse = (text: unknown) => parseJson(String(text));
const { ClassicLevel } = await import('classic-level');
const { default: dynalite } = await import('dynalite');

// dynalite puts items together by assignment, which loses attributes named `__proto__`; this thread has no use for the setter.
Reflect.deleteProperty(Object.prototype, '__proto__');

/**
 * The worker thread in which dynalite runs (it copies nearly twice as fast there as on the caller's thread). It imports
 * packages, and of this project only a file that imports nothing, so that Node can run it both as compiled JavaScript and
 * as TypeScript. Says `{ port }`, or `{ locked: true }` when another engine has the folder open. Any message ends it.
 */
const { path, id } = workerData as { path?: string; id: string };

const lock = path === undefined ? undefined : new ClassicLevel(join(path, 'owner'));
if (await locked()) parentPort?.postMessage({ locked: true });
else start();

/**
 * dynalite opens its LevelDB late and crashes when another process has it. So an empty one beside it is opened first,
 * for its lock: the system frees that when the process ends, however it ends, and nothing stale is left.
 */
async function locked(): Promise<boolean> {
  try {
    await lock?.open();
    return false;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (cause?.code === 'LEVEL_LOCKED') return true;
    throw error;
  }
}

function start(): void {
  const server = dynalite({
    ...(path === undefined ? {} : { path: join(path, 'data') }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  // Node ends idle connections after five seconds otherwise, and a client that sends at that moment sees a broken one.
  server.keepAliveTimeout = 0;
  const [answer] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    // DynamoDB's protocol knows POST alone: whoever asks for this path learns which engine answers at this port.
    if (request.method === 'GET' && request.url === '/carryover') return response.end(id);
    answer?.(request, response);
    // dynalite throws when a client goes away in the middle of its request, and with it the engine would end.
    request.removeAllListeners('error').on('error', () => response.destroy());
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage({ port: (server.address() as AddressInfo).port }));
  parentPort?.once('message', () => {
    server.closeAllConnections();
    server.close(() => void (lock?.close() ?? Promise.resolve()).finally(() => process.exit()));
  });
}
