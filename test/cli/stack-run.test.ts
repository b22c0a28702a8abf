import { ulid } from 'ulid';
import type { CopyReport } from '../../src/cli/copy-report.js';
import type { Store } from '../../src/stores/store.js';
import { fillLibrary, libraryRegistry } from '../migrations/import-packages/library.js';
import { deployedStack } from './deployed-stack.js';
import { openFolder, type CommandFolder } from './in-folder.js';
import { counts, memoryStore } from './memory-tables.js';

const name = `Carryover-${ulid()}`;
let folder: CommandFolder;
let stack: Awaited<ReturnType<typeof deployedStack>>;
let stores: Record<string, Store>;
beforeAll(async () => {
  folder = await openFolder();
  stores = {
    'orders-old': await memoryStore(ulid(), { orders: 30, customers: 4 }),
    'orders-new': await memoryStore(ulid(), {}),
    'orders-stopped': await memoryStore(ulid(), {}),
    'orders-later': await memoryStore(ulid(), {}),
    library: await memoryStore(ulid(), {}),
    shelf: await memoryStore(ulid(), {}),
    'orders-used': await memoryStore(ulid(), { orders: 1, bystander: 2 }),
  };
  await fillLibrary(stores['library'] as Store, { books: 10, readers: 3 });
  stack = await deployedStack(name, stores, { project: { database: 'library' }, registry: libraryRegistry() });
});
afterAll(async () => {
  await stack.stop();
  await folder.remove();
});

const copy = (to: string, ...options: string[]) =>
  folder.run('copy', '--stack', name, '--from', 'orders-old', '--to', to, ...options);

describe('carryover copy --stack', () => {
  test('starts the execution that the console would start, and reports what the ledger says', async () => {
    const { exitCode, stdout, stderr } = await copy('orders-new', '--segments', '2', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
    expect(JSON.parse(stdout) as CopyReport).toMatchObject({
      status: 'succeeded',
      tables: [
        { table: 'customers', items: 4, differences: { total: 0 } },
        { table: 'orders', items: 30, differences: { total: 0 } },
      ],
    });
    const copied = { from: 'orders-old', to: 'orders-new', segments: 2 };
    expect(stack.stepFunctions.inputs.at(-1)).toMatchObject({ copy: copied, startedBy: expect.any(String) as string });
    expect(await counts(stores['orders-new'] as Store)).toEqual({ orders: 30, customers: 4 });
    expect(await folder.files()).toEqual([]);
  });

  test('lets the stack make the forecast of a dry run', async () => {
    const { exitCode, stdout } = await copy('orders-used', '--dry-run', '--on-existing', 'replace');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Would be dropped from the target: orders');
  });

  test('asks before tables are replaced, and ends with 2 where nobody can be asked', async () => {
    const { exitCode, stderr } = await copy('orders-used', '--on-existing', 'replace');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('replace would drop orders of orders-used');
    expect(await counts(stores['orders-used'] as Store)).toEqual({ orders: 1, bystander: 2 });
  });

  test('ends with 2 where the stack refuses the input', async () => {
    const { exitCode, stderr } = await copy('orders-used');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--on-existing: table "orders" is in/);
    const unknown = await copy('nobody', '--dry-run');
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toMatch(/^ {2}--to: "nobody" is not a store of the project/m);
  });

  test('ends with 2 where there is no such stack', async () => {
    const { exitCode, stderr } = await folder.run('copy', '--stack', 'Nothing', '--from', 'a', '--to', 'b');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--stack: "Nothing" is no state machine/);
  });

  test('ends with 3 where somebody stopped the execution, and says what the same command does', async () => {
    stack.stepFunctions.stopsNext = true;
    const { exitCode, stdout, stderr } = await copy('orders-stopped');
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toMatch(/execution \w+ ended as ABORTED, .*; the same command goes on where it stopped/);
  });

  test.each([
    ['UnrecognizedClientException', /--stack: AWS did not accept the credentials \(UnrecognizedClientException\)/],
    ['AccessDeniedException', /--stack: AWS does not allow it: as it says/],
  ])('ends with 2 where AWS answers %s, without a stack trace', async (fault, message) => {
    stack.stepFunctions.fault = () => fault;
    const { exitCode, stderr } = await copy('orders-new');
    stack.stepFunctions.fault = () => undefined;
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('follows an execution on when a look at it failed', async () => {
    let failed = 0;
    stack.stepFunctions.fault = (operation) =>
      operation === 'DescribeExecution' && failed++ < 1 ? 'InvalidArn' : undefined;
    expect(await copy('orders-later')).toMatchObject({ exitCode: 0 });
    expect(failed).toBeGreaterThan(1);
    stack.stepFunctions.fault = () => undefined;
  });
});

describe('carryover export --stack', () => {
  test('exports with the migrations that are deployed, and needs none here', async () => {
    const { exitCode, stdout, stderr } = await folder.run('export', '--stack', name, '--to', 'shelf', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
    expect(JSON.parse(stdout)).toMatchObject({
      tables: [
        { table: 'books', items: 11, compared: 21, differences: { total: 0 } },
        { table: 'readers', items: 3, compared: 3, differences: { total: 0 } },
      ],
    });
    expect(stack.stepFunctions.inputs.at(-1)).toMatchObject({ export: { to: 'shelf' } });
  });

  test('ends with 2 where the stack refuses the input', async () => {
    const { exitCode, stderr } = await folder.run(
      ...['export', '--stack', name, '--to', 'shelf', '--migration', '9', '--dry-run'],
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^ {2}--migration: no migration 9 exports packages: give one of 1 \(0001_to_kv\.ts\)$/m);
  });
});
