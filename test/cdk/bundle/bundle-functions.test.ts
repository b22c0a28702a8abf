import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFunctions } from '../../../cdk/bundle/bundle-functions.js';
import { steps } from '../../../cdk/functions/steps.js';

const config = 'examples/orders/carryover.config.ts';
const bundles: string[] = [];

beforeAll(async () => {
  for (const prefix of ['bundle-functions-', 'bundle-again-']) {
    const folder = await mkdtemp(join(tmpdir(), prefix));
    bundles.push(folder);
    await bundleFunctions(config, folder);
  }
});

afterAll(async () => {
  for (const folder of bundles) await rm(folder, { recursive: true });
});

/** Bundles a project of one migration that lies in a new folder. */
async function bundleOf(migration: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-functions-'));
  bundles.push(folder);
  await mkdir(join(folder, 'migrations'));
  await writeFile(join(folder, 'carryover.config.ts'), `export default { stores: { a: 'memory:a' }, database: 'a' };`);
  await writeFile(join(folder, 'migrations', '0001_first.ts'), migration);
  const bundle = join(folder, 'functions');
  await bundleFunctions(join(folder, 'carryover.config.ts'), bundle);
  return bundle;
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest('hex');
}

describe('bundleFunctions', () => {
  it.each(steps)('makes the same of the step %s each time, so that it is not published again', async (step) => {
    const [first = '', second = ''] = bundles;
    expect(await digestOf(join(second, step))).toBe(await digestOf(join(first, step)));
  });

  it('makes modules that run alone and throw errors under the names that the state machine matches', async () => {
    const file = pathToFileURL(join(bundles[0] ?? '', 'begin', 'index.mjs')).href;
    const { handler } = (await import(file)) as { handler: (event: unknown, context: object) => Promise<unknown> };
    process.env['CARRYOVER_LEDGER_TABLE'] = 'Test-ledger';
    const context = { getRemainingTimeInMillis: () => 5_000, functionName: 'begin' };
    await expect(handler({}, context)).rejects.toMatchObject({ name: 'InputError' });
    delete process.env['CARRYOVER_LEDGER_TABLE'];
  });

  it('carries the configuration, and no path of the machine that bundled it', async () => {
    const folder = join(bundles[0] ?? '', 'migrate');
    const [code, map] = [
      await readFile(join(folder, 'index.mjs'), 'utf8'),
      await readFile(join(folder, 'index.mjs.map'), 'utf8'),
    ];
    expect(code).toContain('dynamodb://eu-west-1/orders-v2-');
    expect(code).not.toContain(process.cwd());
    expect(map).not.toContain(process.cwd());
  });

  it('carries the migrations with their checksums, the same each time', async () => {
    const text = `import { openKeyValueStore } from 'carryover/kv';
      export default { kind: 'of-this-test', open: () => openKeyValueStore('memory:') };\n`;
    const [first, second] = [await bundleOf(text), await bundleOf(text)];
    const code = await readFile(join(first, 'migrate', 'index.mjs'), 'utf8');
    expect(code).toContain('of-this-test');
    expect(code).toContain(createHash('sha256').update(text).digest('hex'));
    for (const step of steps) expect(await digestOf(join(second, step))).toBe(await digestOf(join(first, step)));
  });

  it('refuses migrations that executions would refuse, before anything is deployed', async () => {
    await expect(bundleOf('export const first = 1;')).rejects.toMatchObject({
      name: 'InputError',
      faults: [{ field: '0001_first.ts' }],
    });
  });
});
