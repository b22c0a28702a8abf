import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { RunStatus } from '../../../src/engine/status/run-status.js';
import { localHandlers } from '../../../src/cli/handlers.js';
import type { Json } from '../../../src/json.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { Handler } from '../../../src/local/state-machine.js';
import { headers } from '../../../src/migrations/import-packages/package-header.js';
import type { PackageToImport } from '../../../src/migrations/import-packages/packages.js';
import type { Registry } from '../../../src/migrations/registry.js';
import { readState } from '../../../src/versions/state-entry.js';
import { put, tableNames } from '../../engine/memory-stores.js';
import { runExecution, testDependencies, withTestLedgers } from '../../support/copy-run.js';
import { collect } from '../../support/kv-bytes.js';
import { openMemoryWorld, type MemoryWorld } from './import-world.js';
import { books, bytes, entriesIn, expectedEntries, libraryRegistry, readers } from './library.js';

let ledger: Ledger;
withTestLedgers(1, ([first]) => (ledger = first));

const size = { books: 40, readers: 12 };

let world: MemoryWorld;
beforeEach(async () => (world = await openMemoryWorld(size)));
afterEach(() => world.close());

interface Meddling {
  /** The state before which it happens, once. */
  readonly before: 'Setup' | 'Expect';
  readonly when?: () => Promise<boolean>;
  readonly meddle: () => Promise<unknown>;
}

/** One `up`, in which somebody meddles before a step. */
async function up(registry: Registry, meddling?: Meddling, input: Json = {}): Promise<RunStatus['run']> {
  const { sql, kv, archive } = world;
  const options = { stores: { sql, kv, archive }, ledger, registry, project: { database: 'sql' } };
  const real = localHandlers(testDependencies(options));
  const handlers: Record<string, Handler> = {};
  if (meddling !== undefined) {
    let done = false;
    handlers[meddling.before] = async (event, context) => {
      if (!done && ((await meddling.when?.()) ?? true)) {
        done = true;
        await meddling.meddle();
      }
      return await real[meddling.before]?.(event, context as never);
    };
  }
  return (await runExecution({ ...options, handlers }, { up: input })).run;
}

async function expectUntouched(): Promise<void> {
  expect(await tableNames(world.sql)).toEqual(['authors', 'books', 'readers']);
  const state = await readState(world.sql.keyValues);
  expect({ version: state?.version, lease: state?.lease }).toEqual({ version: 0, lease: undefined });
}

describe('an export that is not what it was when it is imported', () => {
  const viaArchive = libraryRegistry({ via: 'archive' });
  const isSealed = async (): Promise<boolean> => {
    const found = await collect(headers(world.archive.keyValues));
    return found.length > 0 && found.every(({ sealed }) => sealed !== undefined);
  };
  /** A part of the archive with entries of readers in it. */
  async function part(): Promise<string> {
    for (const name of await readdir(world.archivePath, { recursive: true })) {
      const path = join(world.archivePath, name);
      if (name.endsWith('.json.gz') && gunzipSync(await readFile(path)).includes('L3JlYWRlcnM=')) return path;
    }
    throw new Error('no part has readers');
  }
  const rewritten = async (change: (text: string) => string): Promise<void> => {
    const path = await part();
    const text = gunzipSync(await readFile(path)).toString();
    expect(change(text)).not.toBe(text);
    await writeFile(path, gzipSync(change(text)));
  };
  const header = (change: (json: Record<string, unknown>) => unknown) => async (): Promise<void> => {
    const [partition, key] = [bytes('carryover/packages'), bytes('readers')];
    const found = await world.archive.keyValues.get(partition, key);
    const json = JSON.parse(new TextDecoder().decode(found?.value)) as Record<string, unknown>;
    await world.archive.keyValues.set(partition, key, bytes(JSON.stringify(change(json))));
  };

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['a bit of a part', async () => flipByte(await part()), /is no whole gzip file/],
    ['the end of a part', async () => cutFile(await part()), /is no whole gzip file/],
    [
      'a value in a part',
      () => rewritten((text) => text.replace('"value":{"B":"ey', '"value":{"B":"eZ')),
      /does not have the checksum/,
    ],
    ['a line of a part', () => rewritten((text) => text.slice(text.indexOf('\n') + 1)), /does not have the checksum/],
    ['a whole part', async () => rm(await part()), /json\.gz is missing/],
    ['the seal', header((json) => ({ ...json, sealed: { entries: 13, digest: '' } })), /is not what was exported/],
    [
      'the header, of a later format',
      header((json) => ({ ...json, format: 2 })),
      /has the format 2, and this release reads 1/,
    ],
    [
      'the header, which is gone',
      () => world.archive.keyValues.delete(bytes('carryover/packages'), bytes('readers')),
      /has no sealed header of it/,
    ],
  ])('(%s) fails the run by name, and is made anew by a fresh start', async (_what, meddle, told) => {
    const run = await up(viaArchive, { before: 'Setup', when: isSealed, meddle });
    expect(run.exitCode).toBe(3);
    expect(run.error?.message).toMatch(told);
    await expectUntouched();
    const again = await up(viaArchive, undefined, { fresh: true });
    expect({ exitCode: again.exitCode, error: again.error }).toEqual({ exitCode: 0, error: undefined });
    expect(await entriesIn(world.kv)).toEqual(expectedEntries(size));
  });
});

async function flipByte(path: string): Promise<void> {
  const content = await readFile(path);
  const middle = content.length >> 1;
  content[middle] = (content[middle] ?? 0) ^ 1;
  await writeFile(path, content);
}

async function cutFile(path: string): Promise<void> {
  const content = await readFile(path);
  await writeFile(path, content.subarray(0, content.length >> 1));
}

describe('an entry that is not of the packages', () => {
  const own = { writes: { L: [{ S: 'AAAAAAAAAAAAAAAAAAAAAA' }] } };
  const entry = (partition: string, key: string) => ({
    ...{ partition: { B: bytes(`/${partition}`) }, key: { B: bytes(`/${key}`) }, value: { B: bytes('precious') } },
    ...own,
  });

  test.each([
    ['beside theirs', entry('own', 'one'), '1 extra'],
    ['in the place of one of theirs', entry('readers', 'r3'), '1 missing'],
  ])('that a service writes during the run (%s) fails it', async (_where, item, told) => {
    const meddle = (): Promise<void> => put(world.kv, 'library', [item]);
    const run = await up(libraryRegistry(), { before: 'Expect', meddle });
    expect(run.error).toMatchObject({
      name: 'ValidationFailedError',
      message: expect.stringContaining(told) as string,
    });
    expect(run.exitCode).toBe(1);
    await expectUntouched();
    expect(await entriesIn(world.kv)).toContainEqual(expect.stringContaining('precious'));
  });
});

describe('a key that is given twice', () => {
  const giving = (key: string): PackageToImport => ({
    ...readers,
    *migrate(rows) {
      for (const _ of rows) yield { partition: bytes('books'), key: bytes(key), value: bytes('mine') };
    },
  });
  /** As the store has it, in base64: `/b1`. */
  const b1 = 'L2Ix';

  test('by two packages fails the run, and is named', async () => {
    await world.sql.remove?.(
      'readers',
      Array.from({ length: size.readers - 1 }, (_, n) => ({ id: { S: `r${n + 1}` } })),
    );
    const { error, exitCode } = await up(libraryRegistry({ packages: [books, giving('b1')] }));
    expect(exitCode).toBe(1);
    expect(error?.message).toMatch(new RegExp(`table "(books|readers)" differs: 1 missing.*${b1}`));
    await expectUntouched();
  });

  test('by rows that become the very same entry fails the run, with their number', async () => {
    const { error, exitCode } = await up(libraryRegistry({ packages: [books, giving('none')] }));
    expect(exitCode).toBe(1);
    expect(error?.message).toContain('table "readers" differed, with 12 items expected and 1 there');
    expect(error?.message).toContain('gives the very same item several times');
    await expectUntouched();
  });
});
