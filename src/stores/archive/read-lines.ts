import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CarryoverError, CorruptDataError } from '../../errors.js';
import { FileMissingError, type ArchivePlace } from './archive-place.js';
import { codeOf } from './disk-errors.js';

const lineFeed = 0x0a;

/**
 * The lines of a compressed data file, in blocks as they are decompressed, and at the end the MD5 of the file as it
 * lies there. Memory holds a block and the longest line. Throws CorruptDataError, naming the file, for a file that is
 * missing, cut short, no gzip or no UTF-8.
 */
export async function* readLines(
  place: ArchivePlace,
  path: string,
): AsyncGenerator<readonly string[], { md5Checksum: string }> {
  const where = `${place.location}: ${path}`;
  const md5 = createHash('md5');
  const source = Readable.from(place.chunks(path), { objectMode: false });
  const hashed = new PassThrough({
    transform(chunk: Buffer, _encoding, done) {
      md5.update(chunk);
      done(undefined, chunk);
    },
  });
  const lines = createGunzip({ chunkSize: 256 * 1024 });
  // An error of either stream before it destroys the last one, which throws it below.
  pipeline(source, hashed, lines, () => undefined);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of lines as AsyncIterable<Buffer>) {
      const block = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = block.lastIndexOf(lineFeed) + 1;
      if (end > 0) yield textOf(block.subarray(0, end), where);
      rest = block.subarray(end);
    }
    if (rest.byteLength > 0) yield textOf(rest, where);
  } catch (error) {
    throw asCorruption(error, where);
  }
  return { md5Checksum: md5.digest('base64') };
}

function textOf(block: Buffer, where: string): string[] {
  if (!isUtf8(block)) throw new CorruptDataError(`${where} holds bytes that are no UTF-8`);
  const lines = block.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function asCorruption(error: unknown, where: string): unknown {
  if (error instanceof CarryoverError) return error;
  if (error instanceof FileMissingError) return new CorruptDataError(`${where} is missing`, { cause: error });
  const code = codeOf(error) ?? '';
  // zlib's own codes: https://nodejs.org/api/zlib.html#constants
  return code.startsWith('Z_')
    ? new CorruptDataError(`${where} is no whole gzip file (${code})`, { cause: error })
    : error;
}
