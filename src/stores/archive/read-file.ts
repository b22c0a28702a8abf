import { CorruptDataError } from '../../errors.js';
import type { Item } from '../item.js';
import type { KeyColumn } from '../store.js';
import type { ArchivePlace } from './archive-place.js';
import { parseItemLine } from './item-line.js';
import { assertNamedKey } from './key-check.js';
import type { DataFile } from './parts.js';
import { readLines } from './read-lines.js';

/** As much as a page of DynamoDB's Scan, or this many items. */
const pageBytes = 1024 * 1024;
const pageItemsAtMost = 1_000;

export interface FilePage {
  readonly items: readonly Item[];
  readonly sizeBytes: number;
  /** How many of the file's lines were read up to the end of this page. */
  readonly lines: number;
  /** The file ends with this page, and held what it must. */
  readonly last: boolean;
}

export interface FileOptions {
  readonly pageItems?: number | undefined;
  /** The key that was named for the export, and that each item must have. */
  readonly key?: readonly KeyColumn[] | undefined;
}

/**
 * The items of a data file after its first `skip` lines, in pages. A page is given out when the next one is there or the
 * file was found whole, so that nobody takes a file for read that is not what its manifest says: then CorruptDataError.
 */
export async function* readFile(
  place: ArchivePlace,
  file: DataFile,
  expected: { readonly itemCount: number; readonly md5Checksum: string },
  skip: number,
  { pageItems = pageItemsAtMost, key = [] }: FileOptions = {},
): AsyncIterable<FilePage> {
  const where = `${place.location}: ${file.path}`;
  const blocks = readLines(place, file.path);
  let line = 0;
  let items: Item[] = [];
  let sizeBytes = 0;
  try {
    for (;;) {
      const block = await blocks.next();
      if (block.done === true) {
        verify(where, expected, { itemCount: line, md5Checksum: block.value.md5Checksum });
        if (items.length > 0) yield { items, sizeBytes, lines: line, last: true };
        return;
      }
      for (const text of block.value) {
        if (items.length >= pageItems || sizeBytes >= pageBytes) {
          yield { items, sizeBytes, lines: line, last: false };
          [items, sizeBytes] = [[], 0];
        }
        line += 1;
        if (line <= skip) continue;
        const parsed = itemOf(text, `${where}, line ${line}`);
        assertNamedKey(`${where}, line ${line}`, parsed.item, key);
        items.push(parsed.item);
        sizeBytes += parsed.sizeBytes;
      }
    }
  } finally {
    await blocks.return({ md5Checksum: '' });
  }
}

function itemOf(text: string, where: string): { item: Item; sizeBytes: number } {
  try {
    return parseItemLine(text);
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is no JSON' : error instanceof Error ? error.message : '';
    throw new CorruptDataError(`${where} is no item in DynamoDB JSON: ${reason}`, { cause: error });
  }
}

function verify(
  where: string,
  expected: { readonly itemCount: number; readonly md5Checksum: string },
  found: { readonly itemCount: number; readonly md5Checksum: string },
): void {
  if (found.md5Checksum !== expected.md5Checksum) {
    throw new CorruptDataError(
      `${where} does not have the checksum it was written with (MD5 ${found.md5Checksum}, not ${expected.md5Checksum})`,
    );
  }
  if (found.itemCount !== expected.itemCount) {
    throw new CorruptDataError(`${where} holds ${found.itemCount} items, where ${expected.itemCount} are listed`);
  }
}
