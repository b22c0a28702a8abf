import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to a request on its way: its answer is lost after the engine did it; it is dropped before; the engine
 * says that it is throttled; it never gets an answer, and is done or not; it is given up and done only at `deliver`; the
 * engine does not take its signature, and repeats it, refuses the right to it, or has no backups yet.
 */
export type Fault =
  'lose-answer' | 'drop' | 'throttle' | 'hang' | 'hang-undone' | 'late' | 'bad-signature' | 'denied' | 'no-backups-yet';

export interface FaultyProxy {
  readonly endpoint: string;
  /** Asked for each request with its operation, `UpdateItem`; undefined lets it through. */
  fault: (operation: string) => Fault | undefined;
  /** All operations that were sent, in order. */
  readonly sent: string[];
  /** Lets the requests that were late arrive now; answers how many they were. */
  deliver(): Promise<number>;
  stop(): Promise<void>;
}

interface Sent {
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

/** An HTTP proxy in front of an engine, which does to requests what networks do. */
export async function startFaultyProxy(engine: string): Promise<FaultyProxy> {
  const held: Sent[] = [];
  const proxy: Omit<FaultyProxy, 'endpoint'> = {
    fault: () => undefined,
    sent: [],
    async deliver() {
      const late = held.splice(0);
      for (const sent of late) await forward(engine, sent);
      return late.length;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer((message, response) => {
    void bodyOf(message).then(async (body) => {
      const operation = String(message.headers['x-amz-target']).split('.')[1] ?? '';
      proxy.sent.push(operation);
      await answer(proxy.fault(operation), { message, body }, response, engine, held);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function answer(
  fault: Fault | undefined,
  sent: Sent,
  response: ServerResponse,
  engine: string,
  held: Sent[],
): Promise<void> {
  switch (fault) {
    case 'throttle':
      refuse(response, 'com.amazonaws.dynamodb.v20120810#ThrottlingException', 'slower');
      return;
    case 'bad-signature':
      refuse(response, 'com.amazon.coral.service#IncompleteSignatureException', JSON.stringify(sent.message.headers));
      return;
    case 'denied':
      refuse(response, 'com.amazon.coral.service#AccessDeniedException', 'not authorized');
      return;
    case 'no-backups-yet':
      refuse(response, 'com.amazonaws.dynamodb.v20120810#ContinuousBackupsUnavailableException', 'later');
      return;
    case 'drop':
      response.destroy();
      return;
    case 'late':
      held.push(sent);
      response.destroy();
      return;
    case 'hang-undone':
      return;
  }
  const { status, headers, body } = await forward(engine, sent);
  if (fault === 'hang') return;
  if (fault === 'lose-answer') response.destroy();
  else response.writeHead(status, headers).end(body);
}

function refuse(response: ServerResponse, type: string, message: string): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: type, message }));
}

async function forward(engine: string, { message, body }: Sent) {
  const url = new URL(message.url ?? '/', engine);
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(url, { method: message.method ?? 'POST', headers: message.headers }, resolve);
    outgoing.on('error', reject).end(body);
  });
  return { status: answered.statusCode ?? 500, headers: answered.headers, body: await bodyOf(answered) };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
