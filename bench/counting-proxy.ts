import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  readonly endpoint: string;
  /** Requests by operation, as `Scan` or `BatchWriteItem`. */
  readonly counts: Map<string, number>;
  stop(): Promise<void>;
}

/** A proxy in front of an engine that counts every request by its operation and table. */
export async function startCountingProxy(engine: string): Promise<CountingProxy> {
  const counts = new Map<string, number>();
  const { hostname, port } = new URL(engine);
  const server = createServer((incoming, outgoing) => {
    const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    const forwarded = request({ hostname, port, method: 'POST', path: '/', headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
