import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import S3rver, { type StoredObject } from 's3rver';
import { all } from './all.js';

export interface TestS3 {
  readonly endpoint: string;
  readonly bucket: string;
  /** Method and path of every request so far, such as `PUT /archives/x`. */
  readonly requests: string[];
  /** Called before each request is answered; what it returns is sent instead, or the connection is broken. */
  intercept: (method: string, url: string) => number | 'break' | 'break-after' | undefined;
  stop(): Promise<void>;
}

/**
 * S3 for tests: s3rver, which stores objects on disk, behind a front that does what s3rver leaves out or does wrong:
 * - it honours If-None-Match and If-Match of a PUT, one request of an object after the other, as
 *   https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html says;
 * - a listing by folders shows folders that hold nothing but folders, too;
 * - an object is written before it is acknowledged, and seen whole or not at all.
 */
export async function startTestS3(): Promise<TestS3> {
  process.env['AWS_ACCESS_KEY_ID'] = 'S3RVER';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'S3RVER';
  const directory = await mkdtemp(join(tmpdir(), 'carryover-s3-'));
  const bucket = 'archives';
  const server = new S3rver({
    directory,
    silent: true,
    allowMismatchedSignatures: true,
    vhostBuckets: false,
    configureBuckets: [{ name: bucket }],
  });
  await server.configureBuckets();
  server.store.putObject = (object) => putWhole(server, object);
  const answer = server.callback();
  const requests: string[] = [];
  const underWay = new Map<string, Promise<void>>();
  const s3: Omit<TestS3, 'endpoint'> = {
    bucket,
    requests,
    intercept: () => undefined,
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
  const http = createServer((incoming, response) => {
    const { method = '', url = '' } = incoming;
    if (incoming.headers['x-front'] !== undefined) return answer(incoming, response);
    requests.push(`${method} ${url.replace(/[?&]x-id=\w+/, '')}`);
    const fault = s3.intercept(method, url);
    if (fault === 'break') return void incoming.socket.destroy();
    if (typeof fault === 'number') return refuse(incoming, response, fault, 'InternalError');
    if (fault === 'break-after') response.end = () => response.destroy();
    const object = url.replace(/\?.*/, '');
    const before = underWay.get(object) ?? Promise.resolve();
    const done = before.then(async () => {
      if (/[?&]delimiter=/.test(url)) return listFolders(url, response, port());
      if (!(await mayPut(incoming, port()))) return refuse(incoming, response, 412, 'PreconditionFailed');
      const ended = new Promise<void>((resolve) => response.once('close', resolve));
      answer(incoming, response);
      await ended;
    });
    underWay.set(object, done);
  });
  const port = (): number => (http.address() as AddressInfo).port;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return Object.assign(s3, { endpoint: `http://127.0.0.1:${port()}` });
}

async function putWhole(server: S3rver, object: StoredObject): Promise<{ size: number; md5: string }> {
  const { bucket, key, content } = object;
  const body = content instanceof Uint8Array ? content : Buffer.concat(await all(content));
  const md5 = createHash('md5').update(body).digest('hex');
  const file = server.store.getResourcePath(bucket, key, 'object');
  const temporary = `${file}~${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(temporary, body);
  await rename(temporary, file);
  await server.store.putMetadata(bucket, key, object.metadata, md5);
  return { size: body.byteLength, md5 };
}

async function mayPut(incoming: IncomingMessage, port: number): Promise<boolean> {
  const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = incoming.headers;
  if (incoming.method !== 'PUT' || (ifNoneMatch === undefined && ifMatch === undefined)) return true;
  const etag = await etagOf(incoming.url ?? '', port);
  return ifNoneMatch === undefined ? etag === ifMatch : etag === undefined;
}

/** The folders below a prefix, from a listing of all that lies below it (1,000 objects, enough for tests). */
async function listFolders(url: string, response: ServerResponse, port: number): Promise<void> {
  const asked = new URL(url, `http://127.0.0.1:${port}`);
  const prefix = asked.searchParams.get('prefix') ?? '';
  asked.searchParams.delete('delimiter');
  const listing = await (await fetch(asked, { headers: { 'x-front': '1' } })).text();
  const keys = [...listing.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => decodeURIComponent(match[1] ?? ''));
  const below = keys.map((key) => key.slice(prefix.length)).filter((key) => key.includes('/'));
  const folders = new Set(below.map((key) => prefix + key.slice(0, key.indexOf('/') + 1)));
  const prefixes = [...folders].map((name) => `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`).join('');
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${prefixes}</ListBucketResult>`);
}

function etagOf(url: string, port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const path = url.replace(/\?.*/, '');
    const head = request({ port, host: '127.0.0.1', path, method: 'HEAD', headers: { 'x-front': '1' } }, (found) => {
      found.resume();
      resolve(found.statusCode === 200 ? found.headers.etag : undefined);
    });
    head.on('error', reject).end();
  });
}

function refuse(incoming: IncomingMessage, response: ServerResponse, status: number, code: string): void {
  incoming.resume();
  incoming.once('end', () => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>refused</Message></Error>`);
  });
}
