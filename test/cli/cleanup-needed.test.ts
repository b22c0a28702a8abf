import type { UpReport } from '../../src/cli/up-report.js';
import { broken, openChainRig, tableStep, type ChainRig } from './chain-rig.js';

let rig: ChainRig;
beforeAll(async () => {
  rig = await openChainRig();
});
afterAll(() => rig.stop());
afterEach(() => broken.clear());

/** Its clean-up fails while it is broken, and says what it leaves. */
const staged = tableStep('orders').replace(
  'cleanup: async () => true',
  `async cleanup() { if (globalThis.broken.has('cleanup')) throw new RangeError('not yet'); return true; },
   leftOver: async () => [{ store: 'main', table: 'staged_orders' }]`,
);

describe('an up that fails after the version is written', () => {
  test('names what is left over and the command that finishes it, which then does', async () => {
    await rig.project({ '0001_orders.ts': staged });
    broken.add('cleanup');
    const { exitCode, stdout, stderr } = await rig.run('up', ...rig.ledger);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 3,
      stdout: expect.stringMatching(/came from version 0 to 1/) as string,
    });
    expect(stderr).toMatch(
      /RangeError: not yet[^]*\ncleanup needed: this is left over\n {2}table staged_orders of main\nMend .*"carryover cleanup" finishes it\.\n$/,
    );
    const again = JSON.parse((await rig.run('up', '--json', ...rig.ledger)).stdout) as UpReport;
    expect(again.cleanupNeeded).toMatchObject({ run: again.run, version: 1, left: [{ table: 'staged_orders' }] });
    broken.clear();
    expect(await rig.run('cleanup', '--yes', ...rig.ledger)).toMatchObject({ exitCode: 0 });
    const done = JSON.parse((await rig.run('up', '--json', ...rig.ledger)).stdout) as UpReport;
    expect(done).toMatchObject({ exitCode: 0, version: 1, cleanupNeeded: null });
  });
});
