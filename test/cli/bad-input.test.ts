import { openFolder, type CommandFolder } from './in-folder.js';

let folder: CommandFolder;
beforeAll(async () => {
  delete process.env['AWS_REGION'];
  delete process.env['AWS_DEFAULT_REGION'];
  folder = await openFolder();
});
afterAll(() => folder.remove());

const urls = ['--from', 'postgres://me:hunter2@127.0.0.1:1/shop', '--to', 'archive:out'];
const config = `export default { stores: { old: 'memory:old', new: 'memory:new', twin: 'memory:old' } };`;

/** The arguments of `copy`, and the fields that the message names, one a line. */
const options: readonly (readonly [args: readonly string[], fields: readonly string[]])[] = [
  [[], ['--from', '--to']],
  [['--from', 'dynamodb://eu-west-1/'], ['--to']],
  [['--from', 'orders', '--to', 'archive:out'], ['--from']],
  [['--from', 'old', '--to', 'nwe'], ['--to']],
  [['--from', 'old', '--to', 'old'], ['--to']],
  [['--from', 'old', '--to', 'twin'], ['--to']],
  [['--from', 'archive:a', '--to', 'archive:./b/../a'], ['--to']],
  [['--from', 'dynamodb://embedded?path=data', '--to', 'archive:out'], ['--from']],
  [
    ['--from', 'mysql://me:hunter2@h/db', '--to', '//me:hunter2@h/db'],
    ['--from', '--to'],
  ],
  [
    ['--from', 'postgres://me:hunter2@h:port/db', '--to', 'dynamodb://nowhere/?colour=1'],
    ['--from', '--to', '--to'],
  ],
  [[...urls, '--tables', ''], ['--tables']],
  [
    [...urls, '--tables', 'a,,b', '--exclude', ','],
    ['--exclude', '--tables'],
  ],
  [
    [...urls, '--schema-only', 'a,', '--no-validate', ',b'],
    ['--no-validate', '--schema-only'],
  ],
  [[...urls, '--steps', 'setup,copy'], ['--steps']],
  [[...urls, '--steps', ''], ['--steps']],
  [[...urls, '--on-existing', 'overwrite'], ['--on-existing']],
  [[...urls, '--on-existing', 'fail,replace'], ['--on-existing']],
  [[...urls, '--concurrency', '0'], ['--concurrency']],
  [[...urls, '--segments', '1e3'], ['--segments']],
  [
    [...urls, '--segments', '10001', '--concurrency', '-1'],
    ['--concurrency', '--segments'],
  ],
  [[...urls, '--yes'], ['--yes']],
  [[...urls, '--fresh', '--steps', 'validate'], ['--fresh']],
  [[...urls, '--ledger', 'archive:ledger'], ['--ledger']],
  [[...urls, '--ledger', 'ledger'], ['--ledger']],
  [[...urls, '--config', 'nowhere.ts'], ['nowhere.ts']],
  [
    ['--stack', 'Carryover', ...urls],
    ['--from', '--stack', '--to'],
  ],
  [
    ['--stack', 'Carryover', '--ledger', 'dynamodb://eu-west-1/'],
    ['--from', '--ledger', '--stack', '--to'],
  ],
  [
    ['--from', 'nobody', '--steps', 'x', '--segments', 'x', '--yes', '--ledger', 's3://bucket', '--on-existing', 'x'],
    ['--from', '--ledger', '--on-existing', '--segments', '--steps', '--to', '--yes'],
  ],
];

/** The text of `carryover.config.ts`, and the fields that the message names, one a line. */
const configurations: readonly (readonly [what: string, text: string, fields: readonly string[]])[] = [
  ['a syntax error', `export default {\n  stores: {,}\n};`, ['carryover.config.ts:2:12']],
  ['a word that is no code', `stores are\nmany`, ['carryover.config.ts:1:8']],
  ['an import that is not there', `import './names.js';\nexport default {};`, ['carryover.config.ts:1:8']],
  ['no default export', `export const stores = {};`, ['carryover.config.ts']],
  ['something thrown', `\nthrow new Error('no region');\nexport default {};`, ['carryover.config.ts:2:7']],
  ['a name that is not defined', `export default { stores: { a: region } };`, ['carryover.config.ts:1:31']],
  ['no object', `export default 'dynamodb://eu-west-1/';`, ['configuration']],
  ['a promise', `export default Promise.resolve({ stores: {} });`, ['stores']],
  ['no stores', `export default {};`, ['stores']],
  ['stores that are a list', `export default { stores: [] };`, ['stores']],
  ['a store that is a number', `export default { stores: { a: 1 } };`, ['stores.a']],
  ['a URL of no store', `export default { stores: { a: 'mysql://me:hunter2@h/x' } };`, ['stores.a']],
  ['a declaration without a URL', `export default { stores: { a: { role: 'source' } } };`, ['stores.a.url']],
  ['a bad URL in a declaration', `export default { stores: { a: { url: 'dynamodb://x/' } } };`, ['stores.a.url']],
  ['a role that is none', `export default { stores: { a: { url: 'memory:', role: 'both' } } };`, ['stores.a.role']],
  ['a name that is a URL', `export default { stores: { 'archive:x': 'memory:' } };`, ['stores.archive:x']],
  ['fields that are not known', `export default { stores: {}, store: 1, more: 2 };`, ['more', 'store']],
  ['a ledger that is no DynamoDB', `export default { stores: {}, ledger: 'archive:x' };`, ['ledger']],
  ['settings out of range', `export default { stores: {}, settings: { leaseMs: 1 } };`, ['settings.leaseMs']],
  ['settings that are not known', `export default { stores: {}, settings: { lease: 1 } };`, ['settings.lease']],
];

async function expectRefused(args: readonly string[], fields: readonly string[]): Promise<void> {
  const before = await folder.files();
  const { exitCode, stdout, stderr } = await folder.run('copy', ...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  const [head, ...lines] = stderr.trimEnd().split('\n');
  expect(head).toBe('The input cannot be used:');
  expect(lines.map((line) => line.slice(2, line.indexOf(': '))).sort()).toEqual([...fields].sort());
  expect(stderr).not.toMatch(/hunter2|\n\s+at |undefined|\[object/);
  expect(await folder.files()).toEqual(before);
}

describe('options that cannot be used', () => {
  beforeAll(() => folder.write('carryover.config.ts', config));

  test.each(options)('copy %j: exit code 2, all fields named, nothing touched', (args, fields) =>
    expectRefused(args, fields),
  );

  test.each([
    [['copy', '--tabels', 'a'], '--tabels'],
    [['copy', 'orders'], 'too many arguments'],
    [['copy', '--from'], '--from'],
    [['copi'], 'copi'],
    [['status', '--limit', '0'], '--limit'],
    [['status', '--ledger', 'postgres://me:hunter2@h/db'], '--ledger'],
    [['status', '--config', 'nowhere.ts'], 'nowhere.ts'],
  ])('%j: exit code 2, and what is wrong is named', async (args, named) => {
    const before = await folder.files();
    const { exitCode, stdout, stderr } = await folder.run(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(named);
    expect(stderr).not.toMatch(/hunter2|\n\s+at /);
    expect(await folder.files()).toEqual(before);
  });
});

describe('a configuration that cannot be used', () => {
  test.each(configurations)('%s: exit code 2, all fields named, nothing touched', async (_, text, fields) => {
    await folder.write('carryover.config.ts', text);
    await expectRefused(['--from', 'old', '--to', 'new'], fields);
  });

  test('is reported together with what is wrong with the options', async () => {
    await folder.write('carryover.config.ts', `export default { stores: { a: 1 }, more: 1 };`);
    await expectRefused(['--from', 'old', '--segments', 'x'], ['more', 'stores.a', '--segments', '--to']);
  });
});
