import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { openArchiveStore } from '../../../src/stores/archive/archive-store.js';
import { itemsOf } from './test-archive.js';

const last = 400;
const kills = 8;

describe('a writer that is killed again and again', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carryover-killed-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs the program; it is killed some moments after it told of so many parts. Says how it ended. */
  function run(program: string, partsBefore = Infinity): Promise<string> {
    const args = [program, join(folder, 'archive'), join(folder, 'checkpoint'), String(last)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    child.stdout.on('data', (text: Buffer) => {
      told += text.toString();
      if (told.length >= partsBefore * 'part\n'.length) setTimeout(() => child.kill('SIGKILL'), Math.random() * 10);
    });
    return new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? String(code))));
  }

  test('leaves an archive with every item once, and nothing but parts', async () => {
    const program = join(folder, 'writer.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'killed-writer.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'error',
    });
    await writeFile(join(folder, 'checkpoint'), '{"position":1,"next":0}');
    let killed = 0;
    for (let time = 0; time < kills; time++) if ((await run(program, 1 + (time % 4))) === 'SIGKILL') killed += 1;
    const { next } = JSON.parse(await readFile(join(folder, 'checkpoint'), 'utf8')) as { next: number };
    expect(killed).toBeGreaterThan(0);
    expect(next).toBeGreaterThanOrEqual(killed);
    expect(await run(program)).toBe('0');
    const place = { kind: 'disk', path: join(folder, 'archive') } as const;
    const store = openArchiveStore({ place, location: 'archive:test', requestTimeoutMs: 5_000 });
    const numbers = (await itemsOf(store)).map((item) => Number(Object.values(item['id'] ?? {})[0]));
    expect(numbers).toEqual(Array.from({ length: last + 1 }, (_, index) => index));
    expect((await store.describe('orders')).items).toBe(last + 1);
    expect(await readdir(join(folder, 'archive/carryover/tmp/orders'))).toEqual([]);
  });
});
