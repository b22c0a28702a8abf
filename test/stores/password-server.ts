import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What speaks PostgreSQL's protocol as far as the password, which it asks for in clear and refuses. */
export interface PasswordServer {
  readonly port: number;
  /** Who came with which password, in order. */
  readonly seen: { readonly user: string; readonly password: string }[];
  close(): Promise<void>;
}

export async function passwordServer(): Promise<PasswordServer> {
  const seen: PasswordServer['seen'][number][] = [];
  const server = createServer((socket) => ask(socket, seen));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, seen, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function ask(socket: Socket, seen: PasswordServer['seen']): void {
  let user: string | undefined;
  socket.on('error', () => socket.destroy());
  socket.on('data', (message: Buffer) => {
    if (user === undefined) {
      // StartupMessage: length, version, then pairs of texts that end with a zero.
      const texts = message.subarray(8).toString().split('\0');
      user = texts[texts.indexOf('user') + 1] ?? '';
      // AuthenticationCleartextPassword
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      return;
    }
    if (message[0] !== 0x70) return void socket.end();
    seen.push({ user, password: message.subarray(5, -1).toString() });
    const fields = Buffer.from('SFATAL\0VFATAL\0C28000\0MPAM authentication failed\0\0');
    const head = Buffer.alloc(5);
    head[0] = 0x45;
    head.writeInt32BE(fields.length + 4, 1);
    socket.end(Buffer.concat([head, fields]));
  });
}
