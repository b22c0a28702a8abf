import { posix, win32 } from 'node:path';
import type { Fault } from '../errors.js';
import { parseStoreUrl, type StoreUrl } from '../stores/store-url.js';

/** What does not fit in the parts of a project that say how its data gets to its version; wrong types are found elsewhere. */
export function versionFaults(project: Record<string, unknown>): Fault[] {
  return [
    ...databaseFaults(project['database'], project['stores']),
    ...folderFaults(project['migrations']),
    ...hookFaults(project, 'freeze', 'thaw'),
    ...hookFaults(project, 'thaw', 'freeze'),
  ];
}

function databaseFaults(name: unknown, stores: unknown): Fault[] {
  if (typeof name !== 'string' || typeof stores !== 'object' || stores === null) return [];
  const fault = (message: string): Fault[] => [{ field: 'database', message }];
  if (!Object.hasOwn(stores, name)) {
    const names = Object.keys(stores);
    return fault(
      `"${name}" is no declared store: give one of ${names.length === 0 ? 'those under "stores"' : names.join(', ')}`,
    );
  }
  const declaration = (stores as Record<string, unknown>)[name];
  const { url, role } = typeof declaration === 'string' ? { url: declaration } : ((declaration ?? {}) as Declared);
  const parsed = typeof url === 'string' ? parseStoreUrl(url) : { faults: [] };
  return [
    ...(role === 'source' ? fault(`"${name}" is only read: take "role" out of stores.${name}, or name another`) : []),
    ...('url' in parsed && isArchive(parsed.url)
      ? fault(`"${name}" is an archive, which no service works on: name a DynamoDB or PostgreSQL store`)
      : []),
  ];
}

interface Declared {
  readonly url?: unknown;
  readonly role?: unknown;
}

function isArchive({ kind }: StoreUrl): boolean {
  return kind === 'archive' || kind === 's3';
}

function folderFaults(folder: unknown): Fault[] {
  if (typeof folder !== 'string') return [];
  const isFolder = folder !== '' && !posix.isAbsolute(folder) && !win32.isAbsolute(folder);
  const message = `"${folder}" is no folder beside the configuration: give a relative one, like "migrations"`;
  return isFolder ? [] : [{ field: 'migrations', message }];
}

/** The service would never be told to go on, or would write all the time. */
function hookFaults(project: Record<string, unknown>, given: string, other: string): Fault[] {
  if (typeof project[given] !== 'function' || project[other] !== undefined) return [];
  return [{ field: other, message: `is missing: "freeze" and "thaw" come together` }];
}
