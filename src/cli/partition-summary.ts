import type { KeyValueStore } from '../kv/key-value-store.js';
import type { Registry } from '../migrations/registry.js';
import { partitionEntries, type PartitionEntry } from '../versions/partition-versions.js';

/** How many partitions of a sort are named. */
const mostNamed = 20;

/** One partition, as reports have it. */
export interface ReportedPartition {
  readonly id: string;
  readonly version: number;
  /** It is below the newest version that a migration by partitions has given the database. */
  readonly lags: boolean;
  readonly parked: NonNullable<PartitionEntry['parked']> | null;
  /** Why a migration that it still lacks failed last. */
  readonly failure: NonNullable<PartitionEntry['failure']> | null;
}

export interface NamedPartitions {
  readonly count: number;
  /** The first of them. */
  readonly partitions: readonly ReportedPartition[];
}

/** What is known of the partitions of a database; those that no run came to, and nobody registered, are not known. */
export interface PartitionSummary {
  readonly known: number;
  /** The version below which a partition lags; null: no migration by partitions was applied. */
  readonly expected: number | null;
  /** How many are at each version, the newest first. */
  readonly versions: readonly { readonly version: number; readonly count: number }[];
  readonly lagging: NamedPartitions;
  readonly parked: NamedPartitions;
  readonly failed: NamedPartitions;
}

/**
 * Reads the entries of all partitions, holding none but the first of each sort. `version`: that of the database; `each` is told
 * of every partition, in the byte order of their ids.
 */
export async function partitionSummary(
  kv: KeyValueStore,
  registry: Registry,
  version: number,
  each: (partition: ReportedPartition) => void = () => undefined,
): Promise<PartitionSummary> {
  const expected = registry.migrations.findLast(
    (migration) => migration.version <= version && migration.definition.partitioned !== undefined,
  )?.version;
  const versions = new Map<number, number>();
  const [lagging, parked, failed] = [new Names(), new Names(), new Names()];
  let known = 0;
  for await (const { id, entry } of partitionEntries(kv)) {
    const partition = reported(id, entry, expected);
    known += 1;
    versions.set(partition.version, (versions.get(partition.version) ?? 0) + 1);
    if (partition.lags) lagging.add(partition);
    if (partition.parked !== null) parked.add(partition);
    if (partition.failure !== null) failed.add(partition);
    each(partition);
  }
  return {
    known,
    expected: expected ?? null,
    versions: [...versions].map(([of, count]) => ({ version: of, count })).sort((a, b) => b.version - a.version),
    ...{ lagging, parked, failed },
  };
}

class Names implements NamedPartitions {
  count = 0;
  readonly partitions: ReportedPartition[] = [];

  add(partition: ReportedPartition): void {
    this.count += 1;
    if (this.partitions.length < mostNamed) this.partitions.push(partition);
  }
}

function reported(id: string, entry: PartitionEntry, expected: number | undefined): ReportedPartition {
  const { dataVersion, parked, failure } = entry;
  return {
    id,
    version: dataVersion,
    lags: dataVersion < (expected ?? 0),
    parked: parked ?? null,
    failure: failure === undefined || failure.version <= dataVersion ? null : failure,
  };
}

/** Which partitions are not what they should be, a line a sort; none where all are. */
export function partitionLines({ expected, lagging, parked, failed }: PartitionSummary): string[] {
  const line = ({ count, partitions }: NamedPartitions, what: string, of: (each: ReportedPartition) => string) => {
    if (count === 0) return [];
    const more = count > partitions.length ? `, and ${count - partitions.length} more` : '';
    return [`${counted(count)} ${what}: ${partitions.map(of).join(', ')}${more}`];
  };
  return [
    ...line(lagging, `below version ${expected}`, ({ id, version }) => `${id} (${version})`),
    ...line(parked, 'parked', ({ id, version, parked: by }) => `${id} (${version}, ${by?.why}; by ${by?.who})`),
    ...line(
      failed,
      'failed',
      ({ id, failure }) => `${id} (on the way to ${failure?.version}, ${failure?.name}: ${failure?.message})`,
    ),
  ];
}

function counted(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'partition' : 'partitions'}`;
}
