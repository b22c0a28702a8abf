import { createHash } from 'node:crypto';
import type { KeyValueStore } from '../../kv/key-value-store.js';
import { readState } from '../../versions/state-entry.js';
import type { PartitionEntry } from '../../versions/partition-versions.js';
import { shortened } from '../../shortened-text.js';
import type { PartitionedStep, Stage } from '../definition.js';
import type { MigrationContext } from '../migration.js';
import type { PartitionOptions } from './partition-options.js';

/** One migration of this kind, opened on the stores of a project. */
export interface OpenedStep {
  readonly stage: Stage;
  readonly options: PartitionOptions;
  /** The steps that a partition may lack, this one last. */
  readonly steps: readonly VersionStep[];
}

export interface VersionStep {
  readonly version: number;
  readonly partitioned: PartitionedStep;
}

/** One partition in the hands of a call. */
export interface PartitionWork {
  readonly step: OpenedStep;
  readonly context: MigrationContext;
  /** The version of partitions without an entry. */
  readonly baseline: number;
  readonly partition: string;
  readonly call: CallStart;
}

/** What the partitions of one call have in common. */
export interface CallStart {
  /** The ledger says of one of them that this call began it. */
  recorded: boolean;
}

export function openedStep(stage: Stage, options: PartitionOptions, partitioned: PartitionedStep): OpenedStep {
  const earlier = stage.earlier.flatMap(({ version, definition }) =>
    definition.partitioned === undefined ? [] : [{ version, partitioned: definition.partitioned }],
  );
  return { stage, options, steps: [...earlier, { version: stage.version, partitioned }] };
}

/** The version of partitions without an entry of their own. */
export async function baselineVersion(kv: KeyValueStore): Promise<number> {
  return (await readState(kv))?.baseline ?? 0;
}

/** The version of a partition that has this entry. */
export function versionOf(entry: PartitionEntry | undefined, baseline: number): number {
  return entry?.dataVersion ?? baseline;
}

/** Whether a run takes this partition up: it lags, and is not parked, or is the one that was asked for by name. */
export function isDue({ stage }: OpenedStep, entry: PartitionEntry | undefined, baseline: number): boolean {
  if (versionOf(entry, baseline) >= stage.version) return false;
  return entry?.parked === undefined || stage.partition !== undefined;
}

/** The plans of a partition that is migrated alone are not those of all. */
export function planKind({ partition }: Stage): string {
  return partition === undefined ? 'partitions' : `partition-${partitionHash(partition)}`;
}

/** A partition in the names of documents, which have a limit that ids may exceed. */
export function partitionHash(partition: string): string {
  return createHash('sha256').update(partition).digest('hex').slice(0, 32);
}

/** The name of a chunk of a round, for people. */
export function partName(step: OpenedStep, round: number, chunk: number): string {
  return `${roundName(step, round)}, part ${chunk + 1}`;
}

/** The name of the round that a chunk of this name belongs to. */
export function roundOfPart(name: string): string {
  return name.replace(/, part \d+$/, '');
}

/** A round's name for people. */
function roundName({ stage, options }: OpenedStep, round: number): string {
  if (stage.partition !== undefined) return `partition ${shortened(stage.partition, 60)}`;
  const late = round - options.waves.length;
  return late < 0 ? `wave ${round + 1}` : `late partitions ${late + 1}`;
}
