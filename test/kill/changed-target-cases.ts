import { countedRows, coveredLabels, coveredRows, miscounted } from './covered-rows.js';
import { killAt, openKillRig, type KillRig } from './kill-rig.js';
import type { Moment } from './kill-switch.js';
import type { RestorableTarget } from './restorable-target.js';
import type { RunningCommand } from './running-command.js';
import { differences, postgresRows } from './source-rows.js';

/** After a checkpoint or two: the claims of two units come first, and the answer to the last of six is never heard. */
const inMigrate: Moment = { step: 'migrate', operation: 'UpdateItem', request: 6, fate: 'lost', delayMs: 0 };
/** Just when the lease was taken: the first change of the run records its token. */
const inBegin: Moment = { step: 'begin', operation: 'UpdateItem', request: 1, fate: 'unheard', delayMs: 0 };

/** Runs after the backup that checkpoint something, and runs after its restore that are killed before they notice it. */
export interface Way {
  readonly runs: number;
  readonly early: number;
}

/** The tests of one kind of target. */
export function testChangedTarget(
  name: string,
  openTarget: (rig: KillRig) => RestorableTarget | Promise<RestorableTarget>,
  ways: readonly Way[],
): void {
  describe(`a target in ${name} that is changed between two runs`, () => {
    let rig: KillRig;
    let target: RestorableTarget;
    beforeEach(async () => {
      rig = await openKillRig(1);
      target = await openTarget(rig);
    });
    afterEach(() => rig.stop());

    const start = (): RunningCommand => rig.start(target.url(), ['--segments', '4', '--concurrency', '2']);

    /** Says how many rows the checkpoints cover then. */
    async function killed(moment: Moment): Promise<number> {
      const watched = { wires: [rig.source, rig.ledgerWire, ...target.wires], ledger: rig.ledger };
      const { kill, end } = await killAt(watched, moment, start);
      if (kill?.step !== moment.step) throw new Error(`it was not killed in ${moment.step}:\n${end.stderr}`);
      return coveredLabels(await coveredRows(rig)).length;
    }

    async function expectAllCarried(): Promise<void> {
      expect(await start().ended).toMatchObject({ exitCode: 0 });
      const covered = await coveredRows(rig);
      expect(miscounted(covered)).toEqual([]);
      expect(countedRows(covered)).toEqual(rig.rows);
      expect(differences(await postgresRows(rig.sourceUrl), await target.rows())).toEqual([]);
    }

    test('carries a table again that was dropped', async () => {
      expect(await killed(inMigrate)).toBeGreaterThan(0);
      const table = (await coveredRows(rig)).find(({ items }) => items > 0)?.table ?? '';
      await target.drop(table);
      await expectAllCarried();
    }, 120_000);

    test.each(ways)(
      'carries again what a restored backup lacks (runs since the backup: $runs, killed before they noticed: $early)',
      async ({ runs, early }) => {
        const saved = await killed(inMigrate);
        await target.save();
        let reached = saved;
        for (let run = 0; run < runs; run++) reached = await killed(inMigrate);
        expect(reached).toBeGreaterThan(saved);
        await target.restore();
        for (let run = 0; run < early; run++) await killed(inBegin);
        await expectAllCarried();
      },
      120_000,
    );
  });
}
