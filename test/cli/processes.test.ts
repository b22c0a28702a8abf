import { join } from 'node:path';
import { ulid } from 'ulid';
import { startHttpWire } from '../kill/http-wire.js';
import { openProcessRig, type ProcessRig } from './process-rig.js';

let rig: ProcessRig;
beforeAll(async () => {
  rig = await openProcessRig();
});
afterAll(() => rig.stop());

describe('the command as a process', () => {
  test('tells a second run who owns the target, from where and since when, and ends it with 4', async () => {
    const wire = await startHttpWire('target', rig.endpoint);
    // The first run's batches take so long, until the second one has ended: it watches for a renewal, every ten seconds.
    let batchMs = 2_000;
    wire.listener = {
      onRequest: ({ operation }) => void (wire.latencyMs = operation === 'BatchWriteItem' ? batchMs : 0),
      onDone: () => undefined,
    };
    try {
      const ledger = `l-${ulid()}-`;
      const stores = ['--from', rig.urlOf(await rig.source(2_000)), '--to', rig.urlOf(`t-${ulid()}-`, wire.endpoint)];
      const copy = () => rig.run('copy', ...stores, '--ledger', rig.urlOf(ledger), '--segments', '1');
      const first = copy();
      const holder = await rig.runIn('migrate', ledger, first);
      const watching = rig.run('status', holder.run, '--watch', '--ledger', rig.urlOf(ledger));
      const second = await copy();
      expect(second).toEqual({
        exitCode: 4,
        stdout: '',
        stderr: expect.stringMatching(
          new RegExp(`is owned by run ${holder.run}, started by somebody on .+ at ${holder.startedAt.slice(0, 10)}T`),
        ) as string,
      });
      batchMs = 0;
      expect(await first).toMatchObject({ exitCode: 0 });
      const watched = await watching;
      expect(watched.exitCode).toBe(0);
      expect(watched.stdout).toMatch(new RegExp(`^run ${holder.run}: succeeded`));
      expect(watched.stderr).toMatch(/^validate orders: 4,000 items/m);
    } finally {
      await wire.stop();
    }
  });

  test('knows a target again from another folder: the attempt goes on', async () => {
    const from = rig.urlOf(await rig.source(20));
    const ledger = ['--ledger', rig.urlOf(`l-${ulid()}-`)];
    const setUp = await rig.run('copy', '--from', from, '--to', 'archive:out', '--steps', 'setup', ...ledger);
    expect(setUp).toMatchObject({ exitCode: 0 });
    const args = ['copy', '--from', from, '--to', `archive:./out/`, ...ledger];
    const { exitCode, stderr } = await rig.runWith({ cwd: join(rig.folder, 'out') }, ...args.with(4, 'archive:../out'));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr });
  });

  test('keeps a ledger of its own under .carryover, makes nothing where the input is bad', async () => {
    const bad = await rig.run(
      'copy',
      '--from',
      'dynamodb://embedded?path=nowhere',
      '--to',
      'dynamodb://embedded?path=t',
    );
    expect(bad).toMatchObject({ exitCode: 2, stdout: '' });
    const listed = await rig.run('status');
    expect(listed).toMatchObject({ exitCode: 0, stdout: 'No runs are recorded in this ledger.\n', stderr: '' });
  });
});
