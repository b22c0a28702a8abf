import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArchiveStore } from '../../../src/stores/archive/archive-store.js';
import type { Item } from '../../../src/stores/item.js';
import type { Store } from '../../../src/stores/store.js';
import { buildCommand, type BuiltCommand } from '../../support/built-command.js';
import { itemsOf, orders } from './test-archive.js';

/** A limit that the system itself sets: how it is set before the first run, and lifted before the second. */
interface Limit {
  readonly name: string;
  /** For the whole script, for the first run alone, and between the two. */
  readonly before: string;
  readonly first: string;
  readonly lift: string;
  readonly message: RegExp;
}

/** 512-byte blocks: no file becomes larger than 1 MiB. */
const fileSize: Limit = {
  name: 'files may not become as large',
  ...{ before: ':', first: 'ulimit -f 2048;', lift: ':' },
  message: /writing \d+ bytes after \d+ of .*orders.*\.json\.gz failed: .*ulimit -f.* \(EFBIG\)\. Free space there/,
};

const smallDisk: Limit = {
  name: 'a file system is full',
  before: 'mount -t tmpfs -o size=2m none target',
  first: '',
  lift: 'mount -o remount,size=64m target',
  message:
    /writing \d+ bytes after \d+ of .*orders.*\.json\.gz failed: no space is left.* \(ENOSPC\)\. Free space there/,
};

/** In namespaces of its own a script may mount a file system, and what it mounted goes with it; not in every container. */
const apart = ['unshare', '--user', '--map-root-user', '--mount'] as const;
const canMount = spawnSync(apart[0], [...apart.slice(1), 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;
if (!canMount)
  process.stderr.write('No file system can be mounted here: the limit on the size of files is tried alone.\n');

/** What does not compress: so many bytes each. */
const noise = (count: number, sizeBytes: number): Item[] =>
  Array.from({ length: count }, (_, id) => ({ id: { S: `key ${id}` }, noise: { B: randomBytes(sizeBytes) } }));

function open(path: string): Store {
  return openArchiveStore({ place: { kind: 'disk', path }, location: `archive:${path}`, requestTimeoutMs: 5_000 });
}

/** The contents of all files below a folder, by their paths. */
async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const file = join(folder, name);
    if ((await stat(file)).isFile())
      found[name] = createHash('md5')
        .update(await readFile(file))
        .digest('hex');
  }
  return found;
}

const dataOf = (files: Record<string, string>): string[] =>
  Object.keys(files).filter((name) => name.endsWith('.json.gz'));
/** Each item by its key and the hash of its noise. */
const hashed = (items: readonly Item[]): string[] =>
  items
    .map(({ id, noise }) => {
      const bytes = (noise as { readonly B: Uint8Array }).B;
      return `${JSON.stringify(id)} ${createHash('md5').update(bytes).digest('hex')}`;
    })
    .sort();

describe('a copy into an archive for which there is no room', () => {
  const tables = { customers: noise(20, 5_000), orders: noise(60, 100_000) };
  let command: BuiltCommand;
  let folder: string;
  beforeAll(async () => (command = await buildCommand()));
  afterAll(() => command.remove());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carryover-full-'));
    await mkdir(join(folder, 'target'));
    const source = open(join(folder, 'source'));
    for (const [name, items] of Object.entries(tables)) {
      await source.create({ ...orders, name });
      const writer = source.writer(name, { unit: 0, position: 0 });
      await writer.write(items);
      await writer.flush();
      await source.finish({ ...orders, name });
    }
    await source.close();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Two runs of one command, the first under the limit; what the target held after each is kept. */
  function runs({ before, first, lift }: Limit): void {
    const copy = `"${process.execPath}" "${command.main}" copy --from archive:source --to archive:target --concurrency 1 --json`;
    const script = [
      before,
      `( ${first} ${copy} > first.json 2> first.txt ); echo $? > first.code`,
      'cp -a target middle',
      lift,
      `${copy} > second.json 2> second.txt; echo $? > second.code`,
      'cp -a target last',
    ];
    const [program, ...args] = before === ':' ? ['sh'] : [...apart, 'sh'];
    const ended = spawnSync(String(program), [...args, '-c', script.join('\n')], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, USER: 'somebody' },
    });
    if (ended.status !== 0) throw new Error(ended.stderr.toString());
  }

  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

  test.each([fileSize, ...(canMount ? [smallDisk] : [])])(
    'because $name fails and names the place; with room the same command goes on, and nothing was lost',
    async (limit) => {
      const source = await contents(join(folder, 'source'));
      runs(limit);
      expect({ code: await text('first.code'), told: await text('first.txt') }).toEqual({
        code: '3\n',
        told: expect.stringMatching(limit.message) as string,
      });
      expect(await contents(join(folder, 'source'))).toEqual(source);
      const middle = await contents(join(folder, 'middle'));
      expect(dataOf(middle).map((name) => name.split('/')[0])).toEqual(['customers']);
      expect(Object.keys(middle).filter((name) => name.startsWith('carryover/tmp/'))).toEqual([]);

      expect({ code: await text('second.code'), told: await text('second.txt') }).toMatchObject({ code: '0\n' });
      const last = await contents(join(folder, 'last'));
      // What was carried before is not carried again.
      for (const name of dataOf(middle)) expect({ name, md5: last[name] }).toEqual({ name, md5: middle[name] });
      const report = JSON.parse(await text('second.json')) as { tables: { table: string; differences: unknown }[] };
      expect(report.tables).toMatchObject([
        { table: 'customers', differences: { total: 0 } },
        { table: 'orders', differences: { total: 0 } },
      ]);
      const target = open(join(folder, 'last'));
      for (const [name, items] of Object.entries(tables))
        expect(hashed(await itemsOf(target, name))).toEqual(hashed(items));
      await target.close();
    },
    60_000,
  );
});
