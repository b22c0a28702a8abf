import { countedRows, coveredLabels, coveredRows, miscounted, type Covered } from './covered-rows.js';
import { killAt, type Kill, type KillRig } from './kill-rig.js';
import type { Moment } from './kill-switch.js';
import { printKills } from './kill-table.js';
import type { CommandEnd, RunningCommand } from './running-command.js';
import type { Wire, WireListener } from './wire.js';

export interface KillSeries {
  readonly title: string;
  readonly rig: KillRig;
  readonly wires: readonly Wire[];
  /** One kill each, in the order of the steps. */
  readonly moments: readonly Moment[];
  /** The same command each time. */
  start(): RunningCommand;
  readonly witness?: WireListener;
  /** Told after each death what the saved checkpoints cover: none of it may be written again. */
  covered(covered: readonly Covered[]): Promise<void> | void;
}

export interface SeriesEnd {
  readonly kills: readonly Kill[];
  /** How the command ended that nobody killed. */
  readonly last: CommandEnd;
  /** What the ledger has counted for each table. */
  readonly counted: Readonly<Record<string, number>>;
}

/** Kills the command at each moment and starts it again; then lets it come to its end. Prints the kills. */
export async function runKillSeries({ title, rig, moments, start, ...series }: KillSeries): Promise<SeriesEnd> {
  const watched = { ...series, ledger: rig.ledger };
  const kills: (Kill & { coveredRows: number })[] = [];
  try {
    for (const moment of moments) {
      const { end, kill } = await killAt(watched, moment, start);
      if (kill === undefined) throw new Error(`it ended before it was killed in ${moment.step}:\n${end.stderr}`);
      const covered = await coveredRows(rig);
      kills.push({ ...kill, coveredRows: coveredLabels(covered).length });
      expect(miscounted(covered)).toEqual([]);
      await series.covered(covered);
    }
  } finally {
    printKills(title, kills);
  }
  const last = await start().ended;
  return { kills, last, counted: countedRows(await coveredRows(rig)) };
}
