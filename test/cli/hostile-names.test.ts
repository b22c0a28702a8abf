import { canonicalItem } from '../../src/digest/canonical.js';
import { openMemoryStore } from '../../src/stores/memory/memory-store.js';
import type { AttributeValue, Item } from '../../src/stores/item.js';
import type { Store } from '../../src/stores/store.js';
import type { CopyReport } from '../../src/cli/copy-report.js';
import { testDynamodb } from '../support/dynamodb.js';
import { openFolder, type CommandFolder } from './in-folder.js';
import { put } from './memory-tables.js';

/** What every object has by itself, here as names of attributes, of key attributes and of a table. */
const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const key = ['constructor', '__proto__'].map((name) => ({ name, type: 'S' as const }));
const table = 'constructor';

/** fromEntries makes own properties of all names. */
const named = (value: (name: string) => AttributeValue): Item =>
  Object.fromEntries(names.map((name) => [name, value(name)]));

const items = Array.from({ length: 40 }, (_, at): Item => ({
  ...named((name) => ({ S: `${name} ${at}` })),
  deep: { L: [{ M: named(() => ({ M: named(() => ({ N: String(at) })) })) }] },
}));

let folder: CommandFolder;
let engine: Awaited<ReturnType<typeof testDynamodb>>;
const [source, target] = ['hostile-source', 'hostile-target'].map((name) => openMemoryStore({ name })) as [
  Store,
  Store,
];
beforeAll(async () => {
  [folder, engine] = await Promise.all([openFolder(), testDynamodb()]);
  const stores = { source: 'memory:hostile-source', target: 'memory:hostile-target' };
  await folder.write('carryover.config.ts', `export default ${JSON.stringify({ stores })};`);
  await source.create({ name: table, identity: '', key, origin: { engine: 'memory', metadata: null } });
  await put(source, table, items);
});
afterAll(async () => {
  await folder.remove();
  await engine.stop();
});

const copy = (...options: string[]) =>
  folder.run(
    ...['copy', '--from', 'source', '--to', 'target', '--json', ...options],
    ...['--ledger', `dynamodb://us-east-1/hostile-?endpoint=${engine.endpoint}`],
  );

async function formsOf(store: Store): Promise<string[]> {
  const forms: string[] = [];
  for (const segment of await store.split(table, 1))
    for await (const page of store.read(segment)) forms.push(...page.items.map(canonicalItem));
  return forms.sort();
}

test('names that objects have by themselves are carried, as attributes, in keys and of tables', async () => {
  const { exitCode, stderr } = await copy();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
  expect(await formsOf(target)).toEqual(items.map(canonicalItem).sort());
});

test('a change under such a name is found, and named by its key', async () => {
  const [first] = items as [Item];
  const changed = {
    ...first,
    deep: { L: [{ M: { ...named(() => ({ M: named(() => ({ N: '0' })) })), toString: { M: {} } } }] },
  };
  await put(target, table, [changed]);
  const { exitCode, stdout } = await copy('--steps', 'validate');
  expect(exitCode).toBe(1);
  const { differences } = (JSON.parse(stdout) as CopyReport).tables[0] ?? {};
  expect(differences).toMatchObject({ total: 1, changed: 1 });
  expect(differences?.keys.changed).toEqual(['{"__proto__":"__proto__ 0","constructor":"constructor 0"}']);
});
