import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Wire, WireListener, WireRequest } from './wire.js';

/** The wire to a DynamoDB engine. */
export interface HttpWire extends Wire {
  readonly endpoint: string;
  /** How long each request takes on its way: a fast engine has none under way most of the time. */
  latencyMs: number;
}

export async function startHttpWire(name: string, engine: string): Promise<HttpWire> {
  const wire = new DynamodbWire(name, engine);
  await wire.listen();
  return wire;
}

class DynamodbWire implements HttpWire {
  listener: WireListener | undefined;
  latencyMs = 0;
  readonly #server = createServer((message, response) => void this.#pass(message, response));
  readonly #passing = new Set<Promise<void>>();
  readonly #late: (() => Promise<void>)[] = [];
  #answered = 0;
  #received = 0;

  constructor(
    readonly name: string,
    public engine: string,
  ) {
    // A client that sends at the moment when an idle connection ends would see a broken one.
    this.#server.keepAliveTimeout = 0;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  underWay(): number {
    return this.#received - this.#answered;
  }

  async settle(): Promise<void> {
    await Promise.all(this.#passing);
    for (const send of this.#late.splice(0)) await send();
    this.#answered = this.#received;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #pass(message: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    this.#received += 1;
    // A request that breaks off with its sender is no request.
    const body = await bodyOf(message).catch(() => undefined);
    if (body === undefined) return void (this.#answered += 1);
    const passing = this.#handle(message, body, response);
    this.#passing.add(passing);
    await passing.finally(() => this.#passing.delete(passing));
  }

  async #handle(message: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const operation = String(message.headers['x-amz-target']).split('.')[1] ?? '';
    const asked: WireRequest = { wire: this.name, operation, body: JSON.parse(body.toString()) as unknown };
    const fate = this.listener?.onRequest(asked);
    const send = async (): Promise<Answer> => {
      const answer = await forward(this.engine, message, body);
      if (answer.status === 200) this.listener?.onDone(asked);
      return answer;
    };
    if (fate === 'late') this.#late.push(async () => void (await send()));
    if (fate === 'lost' || fate === 'late') return;
    if (this.latencyMs > 0) await sleep(this.latencyMs);
    const answer = await send();
    if (fate === 'unheard') return;
    response.writeHead(answer.status, answer.headers).end(answer.body);
    this.#answered += 1;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function forward(engine: string, message: IncomingMessage, body: Buffer): Promise<Answer> {
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method: message.method ?? 'POST', headers: message.headers };
    request(new URL(message.url ?? '/', engine), options, resolve)
      .on('error', reject)
      .end(body);
  });
  return { status: answered.statusCode ?? 500, headers: answered.headers, body: await bodyOf(answered) };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
