import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { DeclaredStore } from '../../src/project.js';
import { withDefaults } from '../../src/settings.js';
import { openDeclaredStore, type OpenedDeclaredStore } from '../../src/stores/open-declared-store.js';
import { passwordServer, type PasswordServer } from './password-server.js';

/** The secrets that the stand-in for Secrets Manager gives, the last one again and again. */
let secrets: object[] = [];
let secretsManager: Server;
let server: PasswordServer;
const before = { ...process.env };

beforeAll(async () => {
  server = await passwordServer();
  secretsManager = createServer((_request, response) => {
    const secret = secrets.length > 1 ? secrets.shift() : secrets[0];
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ SecretString: JSON.stringify(secret) }));
  });
  await new Promise<void>((resolve) => secretsManager.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(secretsManager.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'AKIDTEST',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'of a session',
  });
});
afterAll(async () => {
  process.env = before;
  await server.close();
  await new Promise((resolve) => secretsManager.close(resolve));
});
beforeEach(() => {
  server.seen.length = 0;
});

const bytes = new Uint8Array([1]);
const iam = { region: 'eu-west-1', resourceId: 'db-ABCDEFGHIJKL01234' };

function open(user: string, access: Partial<DeclaredStore>): Promise<OpenedDeclaredStore> {
  const url = `postgres://${user}127.0.0.1:${server.port}/shop`;
  return openDeclaredStore({ stores: { orders: { url, ...access } } }, 'orders', withDefaults());
}

/** Connects with all that a store has: tables, its key-value store, one of the service's own. Each is refused. */
async function connect({ store, openKeyValueDriver }: OpenedDeclaredStore): Promise<unknown[]> {
  const own = openKeyValueDriver('entries');
  const tries = [() => store.describe('t'), () => store.keyValues.get(bytes, bytes), () => own.read(bytes, bytes)];
  const errors: unknown[] = [];
  for (const attempt of tries) errors.push(await attempt().catch((error: unknown) => error));
  return errors;
}

describe('a store with iam', () => {
  test('gives each connection a token of its own: for its user, server and region, for 15 minutes', async () => {
    const opened = await open('mover%40shop@', { iam });
    await connect(opened);
    expect(server.seen.map(({ user }) => user)).toEqual(['mover@shop', 'mover@shop', 'mover@shop']);
    for (const { password } of server.seen) {
      const token = new URL(`https://${password}`);
      expect(token.host).toBe(`127.0.0.1:${server.port}`);
      expect(Object.fromEntries(token.searchParams)).toMatchObject({
        Action: 'connect',
        DBUser: 'mover@shop',
        'X-Amz-Credential': expect.stringMatching(/^AKIDTEST\/\d{8}\/eu-west-1\/rds-db\/aws4_request$/) as string,
        'X-Amz-Expires': '900',
        'X-Amz-Security-Token': 'of a session',
      });
    }
    await opened.store.close();
  });

  test('shows no token in what it is, nor in what it says when the server refuses it', async () => {
    const opened = await open('mover@', { iam });
    const errors = await connect(opened);
    expect(errors).toMatchObject(errors.map(() => ({ name: 'InputError' })));
    expect(errors.map(String).join()).toContain('PAM authentication failed');
    expect(server.seen[0]?.password).toContain('X-Amz-Signature');
    expect(inspect([opened, errors], { depth: 30, showHidden: true })).not.toMatch(/X-Amz|Signature/);
    await opened.store.close();
  });

  test('says where it was declared when there are no credentials to make a token by', async () => {
    const { AWS_ACCESS_KEY_ID, HOME } = process.env;
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: '', HOME: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true' });
    const opened = await open('mover@', { iam });
    const errors = await connect(opened);
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, HOME });
    for (const error of errors)
      expect(error).toMatchObject({ name: 'InputError', faults: [{ field: 'stores.orders.iam' }] });
    expect(server.seen).toEqual([]);
    await opened.store.close();
  });
});

describe('a store with a secret', () => {
  const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf';

  test('is opened by the user and password that the secret names, whoever the URL names', async () => {
    secrets = [{ username: 'm@ver', password: 'p:/@?' }];
    const opened = await open('nobody@', { secretArn });
    await connect(opened);
    expect(server.seen).toEqual(Array.from({ length: 3 }, () => ({ user: 'm@ver', password: 'p:/@?' })));
    await opened.store.close();
  });

  test('that holds a password alone is opened by the user of the URL', async () => {
    secrets = [{ password: 'hunter2' }];
    const opened = await open('mover@', { secretArn });
    await connect(opened);
    expect(server.seen[0]).toEqual({ user: 'mover', password: 'hunter2' });
    await opened.store.close();
  });

  test('that holds a password alone is refused where the URL names no user', async () => {
    secrets = [{ password: 'hunter2' }];
    await expect(open('', { secretArn })).rejects.toThrow(
      /^stores\.orders\.secretArn: names a secret without "username"/,
    );
  });

  test('that is rotated gives the next connection its new password', async () => {
    secrets = [
      { username: 'mover', password: 'old' },
      { username: 'mover', password: 'new' },
    ];
    const opened = await open('', { secretArn });
    await connect(opened);
    expect(new Set(server.seen.map(({ password }) => password))).toEqual(new Set(['new']));
    await opened.store.close();
  });

  test('that is rotated to another user leaves the first one the password that is still its own', async () => {
    secrets = [
      { username: 'mover', password: 'old' },
      { username: 'mover_clone', password: 'new' },
    ];
    const opened = await open('', { secretArn });
    await connect(opened);
    expect(server.seen[0]).toEqual({ user: 'mover', password: 'old' });
    await opened.store.close();
  });
});
