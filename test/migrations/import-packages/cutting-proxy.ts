import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Where an answer of the server ends together with its connection, closed in all order. */
export type CutPlace =
  /** After so many whole rows, before any word that the answer is complete. */
  | { readonly afterRows: number }
  /** In the middle of the row behind so many. */
  | { readonly withinRow: number }
  /** All rows came, and no word that they were all. */
  | 'before the end is told'
  /** The answer is complete; the next request finds no connection. */
  | 'after the answer';

export interface CuttingProxy {
  /** The server's URL by way of the proxy. */
  urlOf(serverUrl: string): string;
  /** Asked for each statement; undefined lets its answer through. */
  decide: (sql: string) => CutPlace | undefined;
  /** How many connections were cut. */
  readonly cuts: number;
  stop(): Promise<void>;
}

/** A line to a PostgreSQL server that cuts connections in the middle of answers. */
export async function startCuttingProxy(serverUrl: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let cuts = 0;
  const proxy = {
    decide: (_sql: string): CutPlace | undefined => undefined,
    urlOf(url: string) {
      const through = new URL(url);
      through.hostname = '127.0.0.1';
      through.port = String((listening.address() as AddressInfo).port);
      return through.href;
    },
    get cuts() {
      return cuts;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
  const listening = createServer((client) => {
    const server = connect({ host: hostname, port: Number(port) });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    const answers = new Answers((bytes) => {
      cuts += 1;
      client.end(bytes);
      server.destroy();
    });
    client.on('data', (chunk) => {
      if (answers.isCut) return;
      answers.place ??= proxy.decide(chunk.toString('latin1'));
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      const passed = answers.passed(chunk);
      if (passed.length > 0) client.write(passed);
    });
    client.on('close', () => server.destroy());
    server.on('close', () => answers.isCut || client.destroy());
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return proxy;
}

/**
 * What a server sends on one connection, message by message: a type, a length of four bytes that counts itself, a content. `D` is a row,
 * `C` says that a statement is complete, `Z` that the server waits for the next one:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
class Answers {
  place: CutPlace | undefined;
  isCut = false;
  #rows = 0;
  #rest = Buffer.alloc(0);

  /** `cut` is given what still goes to the client. */
  constructor(private readonly cut: (last: Buffer) => void) {}

  /** What goes to the client; nothing more once the connection is cut. */
  passed(chunk: Buffer): Buffer {
    const passing: Buffer[] = [];
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (!this.isCut && this.#rest.length >= 5) {
      const size = this.#rest.readInt32BE(1) + 1;
      if (this.#rest.length < size) break;
      const message = this.#rest.subarray(0, size);
      this.#rest = this.#rest.subarray(size);
      const last = this.#lastPart(message);
      if (last === undefined) {
        passing.push(message);
        continue;
      }
      this.isCut = true;
      this.cut(Buffer.concat([...passing, last]));
    }
    return this.isCut ? Buffer.alloc(0) : Buffer.concat(passing);
  }

  /** How much of this message is the last that comes through; undefined where more follows. */
  #lastPart(message: Buffer): Buffer | undefined {
    const type = String.fromCharCode(message[0] ?? 0);
    const { place } = this;
    if (place === undefined) return undefined;
    if (place === 'before the end is told') return type === 'C' ? Buffer.alloc(0) : undefined;
    if (place === 'after the answer') return type === 'Z' ? message : undefined;
    if (type !== 'D' && type !== 'C') return undefined;
    const [rows, part] = 'afterRows' in place ? [place.afterRows, 0] : [place.withinRow, message.length >> 1];
    return this.#rows++ >= rows || type === 'C' ? message.subarray(0, part) : undefined;
  }
}
