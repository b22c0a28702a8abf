import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Fate, Wire, WireListener, WireRequest } from './wire.js';

/** The wire to a PostgreSQL server. */
export interface PostgresWire extends Wire {
  /** The server's URL by way of the wire. */
  url(): string;
}

export async function startPostgresWire(name: string, serverUrl: string): Promise<PostgresWire> {
  const wire = new SqlWire(name, serverUrl);
  await wire.listen();
  return wire;
}

class SqlWire implements PostgresWire {
  listener: WireListener | undefined;
  readonly #server = createServer((client) => this.#lines.add(new Line(client, this, this.#lines)));
  readonly #lines = new Set<Line>();

  constructor(
    readonly name: string,
    public engine: string,
  ) {}

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  url(): string {
    const url = new URL(this.engine);
    url.hostname = '127.0.0.1';
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  underWay(): number {
    return [...this.#lines].filter(({ busy }) => busy).length;
  }

  async settle(): Promise<void> {
    await Promise.all([...this.#lines].map((line) => line.settle()));
  }

  async stop(): Promise<void> {
    for (const line of this.#lines) line.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/**
 * One connection. The protocol's messages are a type, a length and a content, and the server says with `Z` that it waits
 * for the next request: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
class Line {
  /** The client waits for an answer, or has a transaction open. */
  busy = false;
  readonly #server: Socket;
  readonly #closed: Promise<void>;
  #fate: Fate | undefined;
  #kept: Buffer[] = [];
  #begun = false;
  #tail = Buffer.alloc(0);
  #asked: WireRequest | undefined;

  constructor(
    private readonly client: Socket,
    private readonly wire: SqlWire,
    lines: Set<Line>,
  ) {
    const { hostname, port } = new URL(wire.engine);
    this.#server = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    this.#closed = new Promise((resolve) => this.#server.once('close', () => resolve()));
    void this.#closed.then(() => {
      lines.delete(this);
      client.destroy();
    });
    client.on('data', (chunk) => this.#fromClient(chunk)).on('error', () => undefined);
    client.on('close', () => this.#fate !== 'late' && this.#server.end());
    this.#server.on('data', (chunk) => this.#fromServer(chunk)).on('error', () => this.#server.destroy());
    this.#server.on('end', () => this.#server.end());
  }

  /** What was kept meets its fate; resolves when the server has ended the session. */
  async settle(): Promise<void> {
    for (const chunk of this.#kept.splice(0)) this.#server.write(chunk);
    this.#server.end();
    await this.#closed;
  }

  cut(): void {
    this.client.destroy();
    this.#server.destroy();
  }

  #fromClient(chunk: Buffer): void {
    const operation = this.#begun ? operationOf(chunk) : 'connect';
    this.#begun = true;
    if (operation !== undefined && this.#fate === undefined) {
      this.#asked = { wire: this.wire.name, operation, body: chunk.toString('latin1') };
      this.#fate = this.wire.listener?.onRequest(this.#asked);
    }
    this.busy ||= operation !== 'end';
    if (this.#fate === 'late') this.#kept.push(chunk);
    else if (this.#fate !== 'lost') this.#server.write(chunk);
  }

  #fromServer(chunk: Buffer): void {
    if (this.#fate !== undefined) return;
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-6);
    const [type, , , , five, status] = this.#tail;
    if (type === code('Z') && five === 5) {
      this.busy = status !== code('I');
      if (this.#asked !== undefined) this.wire.listener?.onDone(this.#asked);
      this.#asked = undefined;
    }
    this.client.write(chunk);
  }
}

/** What a chunk begins with: the first word of a statement; undefined for what only goes on with one. */
function operationOf(chunk: Buffer): string | undefined {
  if (chunk[0] === code('X')) return 'end';
  if (chunk[0] !== code('Q') && chunk[0] !== code('P')) return undefined;
  const [, word] = /([A-Z]+)/.exec(chunk.subarray(5, 200).toString('latin1')) ?? [];
  return word ?? 'statement';
}

function code(character: string): number {
  return character.charCodeAt(0);
}
