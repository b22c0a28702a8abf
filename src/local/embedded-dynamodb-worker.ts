import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';

/**
 * The worker thread in which dynalite runs (it copies nearly twice as fast there as on the caller's thread). It imports
 * packages alone, no file of this project, so that Node can run it both as compiled JavaScript and as TypeScript.
 */
const { path } = workerData as { path?: string };

const server = dynalite({
  ...(path === undefined ? {} : { path }),
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
});
// Node ends idle connections after five seconds otherwise, and a client that sends at that moment sees a broken one.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => parentPort?.postMessage({ port: (server.address() as AddressInfo).port }));

parentPort?.once('message', () => {
  server.closeAllConnections();
  server.close(() => process.exit());
});
