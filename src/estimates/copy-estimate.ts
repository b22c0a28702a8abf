import { endingAtMostMs } from '../engine/runs/open-run.js';
import { segmentCount } from '../migrations/copy/segment-count.js';
import type { Settings } from '../settings.js';
import { batchItems } from '../stores/dynamodb/batch.js';
import type { TableDescription } from '../stores/store.js';
import { assumed, deployment } from './deployment.js';
import { quotas, unitBytes } from './platform.js';

/** Units a second that a table has: as they were provisioned, or as an on-demand table takes them at once. */
export interface Capacity {
  readonly mode: 'on-demand' | 'provisioned';
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** A copy of one DynamoDB table into a new one of the same key, both with this capacity. */
export interface Workload {
  readonly items: number;
  /** Bytes of the mean item, as DynamoDB counts them. */
  readonly itemBytes: number;
  readonly capacity: Capacity;
  readonly settings: Settings;
}

/** What the units of one side do. */
export interface Phase {
  readonly units: number;
  /** Units at a time. */
  readonly workers: number;
  readonly itemsPerSecond: number;
  /** What keeps it from being faster. */
  readonly boundBy: string;
  readonly seconds: number;
  /** Of a unit of mean size, and of the largest. */
  readonly calls: number;
  readonly mostCalls: number;
  /** Of all units. */
  readonly checkpoints: number;
}

export interface CopyEstimate {
  readonly migrate: Phase;
  /** Validation reads the source's units, then the target's. */
  readonly source: Phase;
  readonly target: Phase;
  /** Of the whole execution. */
  readonly seconds: number;
}

/** How long a call works before it comes to its end. */
const workingSeconds = deployment.callSeconds - endingAtMostMs / 1_000;

/** Estimates a copy by the engine's own planning and the platform's rates. */
export function estimateCopy(work: Workload): CopyEstimate {
  const sizeBytes = work.items * work.itemBytes;
  const known = segmentCount(described({ items: work.items, sizeBytes }), work.settings);
  // A table that was filled less than six hours ago has no count yet.
  const unknown = segmentCount(described({}), work.settings);
  const migrate = phase(work, known, true);
  const source = phase(work, known, false);
  const target = phase(work, unknown, false);
  const steps = assumed.stepCalls * assumed.stepSeconds;
  return { migrate, source, target, seconds: migrate.seconds + source.seconds + target.seconds + steps };
}

export function writeUnitsOf(itemBytes: number): number {
  return Math.ceil(itemBytes / unitBytes.write);
}

/** Of a Scan, which counts the bytes of a page and not the items. */
export function readUnitsOf(itemBytes: number): number {
  return itemBytes / unitBytes.read;
}

function described(size: Pick<TableDescription, 'items' | 'sizeBytes'>): TableDescription {
  return { name: '', identity: '', key: [], origin: { engine: 'dynamodb', metadata: null }, ...size };
}

function phase(work: Workload, units: number, writes: boolean): Phase {
  const { items, settings } = work;
  const workers = Math.min(settings.concurrency, units);
  const { itemsPerSecond, boundBy } = slowest(rates(work, workers, units, writes));
  const seconds = items / itemsPerSecond;
  const unitSeconds = (seconds * workers) / units;
  const calls = Math.ceil(unitSeconds / workingSeconds);
  const every = writes ? checkpointSeconds(work, itemsPerSecond / workers) : settings.checkpointAtMostMs / 1_000;
  return {
    units,
    workers,
    itemsPerSecond,
    boundBy,
    seconds,
    calls,
    mostCalls: Math.ceil((assumed.skew * unitSeconds) / workingSeconds),
    checkpoints: Math.ceil((workers * seconds) / every) + units * calls,
  };
}

interface Rate {
  readonly itemsPerSecond: number;
  readonly boundBy: string;
}

function slowest(all: readonly Rate[]): Rate {
  return all.reduce((least, rate) => (rate.itemsPerSecond < least.itemsPerSecond ? rate : least));
}

function rates({ itemBytes, capacity }: Workload, workers: number, units: number, writes: boolean): Rate[] {
  const cpuSeconds = assumed.cpuSeconds * Math.max(1, itemBytes / assumed.cpuItemBytes);
  const [readUnits, writeUnits] = [readUnitsOf(itemBytes), writeUnitsOf(itemBytes)];
  const busy = busyPartitions(capacity, workers, units);
  const writing = [
    { itemsPerSecond: (busy * quotas.partition.writeUnits) / writeUnits, boundBy: `writes of ${partitions(busy)}` },
    { itemsPerSecond: capacity.writeUnits / writeUnits, boundBy: "the table's write capacity" },
  ];
  return [
    { itemsPerSecond: (workers * assumed.busyShare) / cpuSeconds, boundBy: `${workers} functions at a time` },
    ...(writes ? writing : []),
    { itemsPerSecond: (busy * quotas.partition.readUnits) / readUnits, boundBy: `reads of ${partitions(busy)}` },
    { itemsPerSecond: capacity.readUnits / readUnits, boundBy: "the table's read capacity" },
  ];
}

function partitions(count: number): string {
  return count === 1 ? 'one partition' : `${count} partitions`;
}

/**
 * Partitions that are worked on at a time. Segments follow each other in the hash range, units are worked on in their order, and
 * a target of the same key has its items in the same order: units at a time cover a part of the range, and so of the partitions.
 */
function busyPartitions({ readUnits, writeUnits }: Capacity, workers: number, units: number): number {
  const { partition } = quotas;
  const all = Math.ceil(Math.max(readUnits / partition.readUnits, writeUnits / partition.writeUnits));
  return Math.max(1, Math.min(workers, Math.floor((all * workers) / units)));
}

/** How often a unit of Migrate saves a checkpoint: see checkpointDue. */
function checkpointSeconds({ itemBytes, settings }: Workload, itemsPerSecond: number): number {
  const requestsPerSecond = itemsPerSecond * (1 / batchItems + itemBytes / unitBytes.page);
  const due = Math.max(settings.checkpointMs / 1_000, settings.checkpointRequests / requestsPerSecond);
  return Math.min(due, settings.checkpointAtMostMs / 1_000);
}
