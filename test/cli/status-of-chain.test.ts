import { broken, openChainRig, partitionStep, tableStep, type ChainRig } from './chain-rig.js';

let rig: ChainRig;
beforeAll(async () => {
  rig = await openChainRig();
});
afterAll(() => rig.stop());
afterEach(() => broken.clear());

const status = (...options: string[]) => rig.run('status', ...rig.ledger, ...options);

test('status lists runs of the version chain with what they were asked for, and shows what each did', async () => {
  await rig.project({ '0001_tenants.ts': partitionStep(['acme']), '0002_orders.ts': tableStep('orders') });
  broken.add('orders');
  expect(await rig.run('up', ...rig.ledger)).toMatchObject({ exitCode: 3 });
  broken.clear();
  expect(await rig.run('up', '--to', '2', ...rig.ledger)).toMatchObject({ exitCode: 0 });
  const { exitCode, stdout } = await status();
  expect(exitCode).toBe(0);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith(' ')),
  ).toEqual(['  up to version 2', '  up']);

  const [done, failed] = JSON.parse((await status('--json')).stdout) as { run: string }[];
  const shown = (await status(done?.run ?? '')).stdout;
  expect(shown).toMatch(/\nup to version 2\nversion 1 -> 2, 0 pending\n {2}0002_orders: applied, 1 items, /);
  const before = (await status(failed?.run ?? '')).stdout;
  expect(before).toMatch(
    /\nup\nversion 0 -> 1, 1 pending\n {2}0001_tenants: applied, 1 items, .*\n {2}0002_orders: not f/,
  );
  expect(before).toMatch(/│ orders +│/);
  const json = JSON.parse((await status(failed?.run ?? '', '--json')).stdout) as unknown;
  expect(json).toMatchObject({ migration: '0002_orders', chain: { version: 1 }, tables: [{ table: 'orders' }] });
});
