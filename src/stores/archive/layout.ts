/**
 * The names in an archive. Below the place's root:
 *
 *     <table>/AWSDynamoDB/<exportId>/            what AWS lays out, and nothing else:
 *         _started, manifest-summary.json, manifest-summary.md5, manifest-files.json, manifest-files.md5
 *         data/u00012-p000003.json.gz            unit 12, part 3
 *     <table>/carryover/description.json         what the table was where it came from; which export is the current one
 *     <table>/carryover/parts/<exportId>/u00012-p000003.json    what a part must hold; written after the part is whole
 *     carryover/kv/...                           the key-value store
 *     carryover/tmp/<table>/...                  files that are being written
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
 * (It calls the checksum files `.checksum` in its text; the service writes `.md5`. Both are read, `.md5` is written.)
 */

/** The folder that AWS puts exports into, below whatever prefix was asked for. */
export const exportsFolder = 'AWSDynamoDB';

/** Carryover's own folder, at the root and in each table's folder; never a table. */
export const ownFolder = 'carryover';

export const descriptionFile = 'description.json';

/** `a` and `b` as `a/b`, where either may be ''. */
export function joinPath(...segments: readonly string[]): string {
  return segments.filter((segment) => segment !== '').join('/');
}

/** Where files below the same first folder are written before they get their names. */
export function temporariesFolder(path: string): string {
  return joinPath(ownFolder, 'tmp', path.includes('/') ? path.slice(0, path.indexOf('/')) : 'root');
}

/**
 * The folder of a table: its name, with every byte of UTF-8 beyond `A-Z a-z 0-9 _ - .` as `!` and two hex digits, and a
 * leading dot so too. So it is one segment of a path, never hidden, never `..`, and different names stay different.
 */
export function tableFolder(table: string): string {
  return [...Buffer.from(table, 'utf8')]
    .map((byte, index) => {
      const character = String.fromCharCode(byte);
      const plain = /[A-Za-z0-9_-]/.test(character) || (character === '.' && index > 0);
      return plain ? character : `!${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** The most bytes in one segment of a path, on every file system in use. */
export const longestFolder = 255;

/** What a unit's parts are called before their position. */
export function partPrefix(unit: number): string {
  return `u${String(unit).padStart(5, '0')}-`;
}

/** A part's name without its ending. Names of one width sort as the numbers do. */
export function partName(unit: number, position: number): string {
  return `${partPrefix(unit)}p${String(position).padStart(6, '0')}`;
}

/** Unit and position of a part's name; undefined for any other file. */
export function parsePartName(name: string): { unit: number; position: number } | undefined {
  const match = /^u(\d{5,})-p(\d{6,})$/.exec(name);
  return match === null ? undefined : { unit: Number(match[1]), position: Number(match[2]) };
}

/** Where one export of one table lies. */
export interface ExportPaths {
  /** The folder of the export: `orders/AWSDynamoDB/01693685827463-2d8752fd`, or '' when the place is that folder. */
  readonly folder: string;
  /** Carryover's sidecars of its parts. */
  readonly sidecars: string;
}

export function exportPaths(base: string, exportId: string): ExportPaths {
  return {
    folder: joinPath(base, exportsFolder, exportId),
    sidecars: joinPath(base, ownFolder, 'parts', exportId),
  };
}

export const dataEnding = '.json.gz';
export const sidecarEnding = '.json';
