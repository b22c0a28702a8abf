import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The body of a request as far as tests look at it. */
export interface SentBody {
  readonly TableName?: string;
  readonly RequestItems?: Readonly<Record<string, readonly unknown[]>>;
  readonly [parameter: string]: unknown;
}

export interface SentRequest {
  readonly operation: string;
  readonly body: SentBody;
}

/**
 * What becomes of a request. `lost`: done, but the connection breaks before the answer. `cut`: the answer breaks off in
 * its middle. `stall`: it stops there and the connection stays. `empty`: status 200 without a body. `partly`: only the
 * first item of a batch is done, the others come back as unprocessed. An object: this answer, and nothing is done.
 */
export type Mangling =
  'lost' | 'cut' | 'stall' | 'empty' | 'partly' | { readonly status: number; readonly body: object };

export interface ManglingProxy {
  readonly endpoint: string;
  readonly sent: SentRequest[];
  /** The most requests of one operation that were under way at a time. */
  readonly mostAtOnce: Map<string, number>;
  mangle: (sent: SentRequest) => Mangling | undefined;
  stop(): Promise<void>;
}

export function refusal(name: string, message = 'no'): Mangling {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message } };
}

export const throttled = refusal('ProvisionedThroughputExceededException', 'slower');

/** An HTTP proxy in front of an engine that spoils what passes, as networks and busy engines do. */
export async function startManglingProxy(engine: string): Promise<ManglingProxy> {
  const underWay = new Map<string, number>();
  const proxy: Omit<ManglingProxy, 'endpoint'> = {
    sent: [],
    mostAtOnce: new Map(),
    mangle: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer((message, response) => {
    void bodyOf(message).then(async (text) => {
      const operation = String(message.headers['x-amz-target']).split('.')[1] ?? '';
      const sent = { operation, body: JSON.parse(text.toString()) as SentBody };
      proxy.sent.push(sent);
      const now = (underWay.get(operation) ?? 0) + 1;
      underWay.set(operation, now);
      proxy.mostAtOnce.set(operation, Math.max(now, proxy.mostAtOnce.get(operation) ?? 0));
      await answer(proxy.mangle(sent), sent, message, response, engine);
      underWay.set(operation, (underWay.get(operation) ?? 1) - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function answer(
  mangling: Mangling | undefined,
  sent: SentRequest,
  message: IncomingMessage,
  response: ServerResponse,
  engine: string,
): Promise<void> {
  if (typeof mangling === 'object') {
    response.writeHead(mangling.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(mangling.body));
    return;
  }
  const [only, rest] = mangling === 'partly' ? split(sent.body) : [sent.body, undefined];
  const { status, headers, body } = await forward(engine, message, JSON.stringify(only));
  if (rest !== undefined) {
    const mixed = { ...(JSON.parse(body.toString()) as object), UnprocessedItems: rest };
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(mixed));
  } else if (mangling === 'lost') {
    response.destroy();
  } else if (mangling === 'empty') {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end();
  } else if (mangling === 'cut' || mangling === 'stall') {
    response.writeHead(status, headers);
    response.write(body.subarray(0, body.length >> 1), () => {
      if (mangling === 'cut') response.destroy();
    });
  } else {
    response.writeHead(status, headers).end(body);
  }
}

function split(body: SentBody): [SentBody, Record<string, readonly unknown[]>] {
  const tables = Object.entries(body.RequestItems ?? {});
  const part = (from: number, to?: number) =>
    Object.fromEntries(tables.map(([table, items]) => [table, items.slice(from, to)] as const));
  const rest = Object.fromEntries(Object.entries(part(1)).filter(([, items]) => items.length > 0));
  return [{ ...body, RequestItems: part(0, 1) }, rest];
}

async function forward(engine: string, message: IncomingMessage, body: string) {
  const headers = { ...message.headers, 'content-length': String(Buffer.byteLength(body)) };
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(new URL('/', engine), { method: 'POST', headers }, resolve);
    outgoing.on('error', reject).end(body);
  });
  return { status: answered.statusCode ?? 500, headers: answered.headers, body: await bodyOf(answered) };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
