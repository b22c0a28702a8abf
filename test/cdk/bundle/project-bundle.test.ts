import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProjectSync } from '../../../cdk/bundle/project-bundle.js';
import { functionNames } from '../../../cdk/functions/function-names.js';
import { InputError } from '../../../src/errors.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'project-bundle-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const bundle = (project: string) => bundleProjectSync(project, join(folder, 'functions'));

describe('a project that is bundled while the construct waits', () => {
  it('gives a function for each name, its stores and its limits', async () => {
    const made = bundle('examples/orders');
    expect((await readdir(made.functions)).sort()).toEqual([...functionNames].sort());
    expect(await readFile(join(made.functions, 'migrate', 'index.mjs'), 'utf8')).toContain('orders-v2-');
    // Those that ask AWS alone hold nothing of the project.
    for (const name of ['start', 'deploy', 'deployed', 'prune'])
      expect(await readFile(join(made.functions, name, 'index.mjs'), 'utf8')).not.toContain('orders-v2-');
    expect(made.deployable.stores.map(({ name }) => name)).toContain('orders-new');
    expect(made).toMatchObject({ concurrency: expect.any(Number) as number });
    expect(made.deployable.stores.filter(({ chain }) => chain !== undefined)).toEqual([]);
  });

  it('says which store is the database, unless that one lies on a laptop', async () => {
    const local = join(folder, 'local');
    await mkdir(join(local, 'migrations'), { recursive: true });
    const stores = `{ laptop: 'dynamodb://embedded?path=data', shop: 'dynamodb://eu-west-1/shop-' }`;
    const write = (database: string) =>
      writeFile(join(local, 'carryover.config.ts'), `export default { stores: ${stores}, database: '${database}' };`);
    await write('laptop');
    expect(bundle(local).deployable).toMatchObject({
      stores: [{ name: 'shop', chain: 'store' }],
      localStores: ['laptop'],
    });
    await write('shop');
    expect(bundle(local).deployable).toMatchObject({ stores: [{ name: 'shop', chain: 'database' }] });
  });

  it('is made anew each time: nothing of an older one is left', async () => {
    await mkdir(join(folder, 'functions', 'older'), { recursive: true });
    expect(await readdir(bundle('examples/orders/carryover.config.ts').functions)).not.toContain('older');
  });

  it('is refused with all that is wrong with it, as a user reads it', async () => {
    const broken = join(folder, 'broken');
    await mkdir(broken);
    await writeFile(
      join(broken, 'carryover.config.ts'),
      `console.log('a line of its own'); export default { stores: { a: 'redis://cache', b: { url: 7 } } };`,
    );
    expect(() => bundle(broken)).toThrow(InputError);
    expect(() => bundle(broken)).toThrow(/^stores\.b\.url: .*\n?[^]*stores\.a: /);
    expect(() => bundle(join(folder, 'absent'))).toThrow(/absent: is not there or cannot be read/);
  });
});
