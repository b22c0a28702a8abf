import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { InputError } from '../../../src/errors.js';
import { startEmbeddedPostgres } from '../../../src/local/embedded-postgres.js';
import { openPostgresStore } from '../../../src/stores/postgres/postgres-store.js';
import { parseStoreUrl, type PostgresUrl } from '../../../src/stores/store-url.js';
import { testPostgres } from '../../support/postgres.js';
import { testAuthority, testServerCertificate } from '../../support/certificates.js';

/** A server that talks TLS, by the certificate of an authority that nobody else knows, for the name `localhost`. */
let server: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let admin: pg.Client;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carryover-transport-'));
  const authority = testAuthority('Ours');
  const { certificate, key } = testServerCertificate('localhost', authority);
  await writeFile(join(folder, 'ours.pem'), authority.certificate);
  await writeFile(join(folder, 'others.pem'), testAuthority('Others').certificate);
  const path = join(tmpdir(), `carryover-test-tls-${process.pid}`);
  server = await startEmbeddedPostgres({ path, name: 'postgres', fsync: false, temporary: true });
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await putFile('server.crt', certificate);
  await putFile('server.key', key);
  await admin.query('ALTER SYSTEM SET ssl = on');
  await admin.query('SELECT pg_reload_conf()');
  for (let on = false; !on; on = await talksTls());
});
afterAll(async () => {
  await admin.end();
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Written by the server itself: the key must be its user's and nobody else's to read. */
async function putFile(name: string, text: string): Promise<void> {
  const { rows } = await admin.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
  const lines = admin.escapeLiteral(text.trim());
  const program = admin.escapeLiteral(`umask 077; cat > '${rows[0]?.folder ?? ''}/${name}'`);
  await admin.query(`COPY (SELECT unnest(string_to_array(${lines}, chr(10)))) TO PROGRAM ${program}`);
}

async function talksTls(): Promise<boolean> {
  const client = new pg.Client({ connectionString: server.url, ssl: { rejectUnauthorized: false } });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** How a store of this host, mode and authority is connected: by TLS or not, as the server sees it. */
async function connected(host: string, mode: string, authority?: string): Promise<boolean | undefined> {
  const url = new URL(server.url);
  url.hostname = host;
  url.searchParams.set('sslmode', mode);
  url.searchParams.set('application_name', `transport-${host}-${mode}`);
  if (authority !== undefined) url.searchParams.set('sslrootcert', join(folder, authority));
  const parsed = parseStoreUrl(url.href);
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults));
  const { connectionString: connection, schema } = parsed.url as PostgresUrl;
  const store = openPostgresStore({ connection, schema, location: 'postgres://test', requestTimeoutMs: 5_000 });
  try {
    expect(await store.absence!()).toBeUndefined();
    const { rows } = await admin.query<{ ssl: boolean }>(
      'SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = $1',
      [`transport-${host}-${mode}`],
    );
    return rows[0]?.ssl;
  } finally {
    await store.close();
  }
}

test.each(['verify-full', 'verify-ca', 'require', 'prefer'])(
  'with sslmode=%s a server is reached by TLS when its authority is the one that was given',
  async (mode) => {
    expect(await connected('localhost', mode, 'ours.pem')).toBe(true);
  },
);

describe.each(['verify-full', 'verify-ca', 'require', 'prefer'])('with sslmode=%s', (mode) => {
  test.each([
    ['another authority', 'localhost', 'others.pem', /unable to verify|self-signed|issuer/],
    ['no authority', 'localhost', undefined, /unable to verify|self-signed|issuer/],
    ['another name', '127.0.0.1', 'ours.pem', /does not match certificate's altnames/],
  ])('nothing is sent to a server whose certificate is for %s', async (_what, host, authority, message) => {
    const error: unknown = await connected(host, mode, authority).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
  });
});

test('a server without TLS is told as that, and not tried again', async () => {
  const { url, stop } = await testPostgres();
  const connection = `${url}?sslmode=verify-full`;
  const store = openPostgresStore({
    connection,
    schema: 'public',
    location: 'postgres://test',
    requestTimeoutMs: 5_000,
  });
  await expect(store.absence!()).rejects.toThrow(/^postgres:\/\/test: .*does not support SSL/);
  await expect(store.keyValues.get(new Uint8Array([1]), new Uint8Array([1]))).rejects.toThrow(InputError);
  await store.close();
  await stop();
});

test('sslmode=disable is not encrypted, and no-verify takes any certificate: functions have neither', async () => {
  expect(await connected('localhost', 'disable')).toBe(false);
  expect(await connected('127.0.0.1', 'no-verify')).toBe(true);
});
