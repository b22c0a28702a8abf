import { from as copyFrom } from 'pg-copy-streams';
import type { Session } from './session.js';

/** Big enough that the parts of a message cost nothing, small enough that a slow connection is waited for in between. */
const chunkCharacters = 256 * 1024;
/** What a slow line must carry: one byte a microsecond, 1 MB a second, beside the time of one request. */
const bytesPerMs = 1_000;

/** A row in COPY's text format. https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS */
export function copyLine(row: readonly (string | null)[]): string {
  let line = '';
  for (let at = 0; at < row.length; at += 1) line += (at === 0 ? '' : '\t') + field(row[at] ?? null);
  return line;
}

/** The values of a line, as they were given to `copyLine`. */
export function lineValues(line: string): (string | null)[] {
  return line
    .split('\t')
    .map((text) => (text === '\\N' ? null : text.replace(/\\([\\tnr])/g, (_, c: string) => plain[c] ?? c)));
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const plain: Record<string, string> = { '\\': '\\', t: '\t', n: '\n', r: '\r' };

function field(text: string | null): string {
  if (text === null) return '\\N';
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character) : text;
}

/** Sends lines by `COPY ... FROM STDIN`. Resolves when the server took them all; an error of it is thrown as it came. */
export async function copyLines(
  session: Session,
  sql: string,
  lines: Iterable<string>,
  sizeBytes: number,
): Promise<void> {
  const timeoutMs = session.requestTimeoutMs + sizeBytes / bytesPerMs;
  await session.within(timeoutMs, send(session, sql, lines));
}

async function send(session: Session, sql: string, lines: Iterable<string>): Promise<void> {
  const stream = session.client.query(copyFrom(sql));
  let failed = false;
  const done = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve);
    stream.on('error', (error) => {
      failed = true;
      reject(error);
    });
  });
  done.catch(() => undefined);
  for (const chunk of chunksOf(lines)) {
    // What the server refused is not sent on; it ignores what is on the way.
    if (failed) break;
    if (!stream.write(chunk)) await Promise.race([done, new Promise((resolve) => stream.once('drain', resolve))]);
  }
  if (!failed) stream.end();
  await done;
}

function* chunksOf(lines: Iterable<string>): Generator<Buffer> {
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < chunkCharacters) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
