import { endingAtMostMs } from '../engine/runs/open-run.js';
import { inSpreadOrder } from '../engine/units/spread-order.js';
import { segmentCount } from '../migrations/copy/segment-count.js';
import type { Settings } from '../settings.js';
import { batchItems } from '../stores/dynamodb/batch.js';
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

/** What the units of one Map do. */
export interface Phase {
  readonly units: number;
  /** Units at a time. */
  readonly workers: number;
  /** Of all tables that are read. */
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
  /** Reads both sides at the same time: their units are taken in turn. */
  readonly validate: Phase;
  /** Of the whole execution. */
  readonly seconds: number;
}

/** How long a call works before it comes to its end. */
const workingSeconds = deployment.callSeconds - endingAtMostMs / 1_000;

/** Estimates a copy by the engine's own planning and the platform's rates. */
export function estimateCopy(work: Workload): CopyEstimate {
  const sizeBytes = work.items * work.itemBytes;
  const units = segmentCount({ items: work.items, sizeBytes }, work.settings);
  const migrate = phase(work, { tables: 1, units, writes: true });
  // Both sides are split alike.
  const validate = phase(work, { tables: 2, units: 2 * units, writes: false });
  const steps = assumed.stepCalls * assumed.stepSeconds;
  return { migrate, validate, seconds: migrate.seconds + validate.seconds + steps };
}

export function writeUnitsOf(itemBytes: number): number {
  return Math.ceil(itemBytes / unitBytes.write);
}

/** Of a Scan, which counts the bytes of a page and not the items. */
export function readUnitsOf(itemBytes: number): number {
  return itemBytes / unitBytes.read;
}

/** What there is to be done in a phase. */
interface Units {
  /** How many tables of this size are read. */
  readonly tables: number;
  readonly units: number;
  readonly writes: boolean;
}

function phase(work: Workload, todo: Units): Phase {
  const { items, settings } = work;
  const { tables, units, writes } = todo;
  const workers = Math.min(settings.concurrency, units);
  const { itemsPerSecond, boundBy } = slowest(rates(work, workers, todo));
  const seconds = (items * tables) / itemsPerSecond;
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

function rates({ itemBytes, capacity }: Workload, workers: number, { tables, units, writes }: Units): Rate[] {
  const cpuSeconds = assumed.cpuSeconds * Math.max(1, itemBytes / assumed.cpuItemBytes);
  const [readUnits, writeUnits] = [readUnitsOf(itemBytes), writeUnitsOf(itemBytes)];
  const busy = busyPartitions(partitionsOf(capacity) * tables, workers, units);
  const writing = [
    { itemsPerSecond: (busy * quotas.partition.writeUnits) / writeUnits, boundBy: `writes of ${partitions(busy)}` },
    { itemsPerSecond: capacity.writeUnits / writeUnits, boundBy: "the table's write capacity" },
  ];
  return [
    { itemsPerSecond: (workers * assumed.busyShare) / cpuSeconds, boundBy: `${workers} functions at a time` },
    ...(writes ? writing : []),
    { itemsPerSecond: (busy * quotas.partition.readUnits) / readUnits, boundBy: `reads of ${partitions(busy)}` },
    { itemsPerSecond: (capacity.readUnits * tables) / readUnits, boundBy: "the table's read capacity" },
  ];
}

function partitions(count: number): string {
  return count === 1 ? 'one partition' : `${count} partitions`;
}

function partitionsOf({ readUnits, writeUnits }: Capacity): number {
  const { partition } = quotas;
  return Math.ceil(Math.max(readUnits / partition.readUnits, writeUnits / partition.writeUnits));
}

/**
 * Of so many partitions those that are worked on at a time, at the least. Segments follow each other in the hash range, and a target
 * of the same key has its items in the same order, so that each unit has its place among the partitions of either table.
 */
function busyPartitions(all: number, workers: number, units: number): number {
  const order = inSpreadOrder(Array.from({ length: units }, (_, unit) => Math.floor((unit * all) / units)));
  return fewestDifferent(order, workers);
}

/** How many different ones there are at the least among so many that follow each other. */
function fewestDifferent(elements: readonly number[], atATime: number): number {
  const present = new Map<number, number>();
  let fewest = Infinity;
  elements.forEach((element, place) => {
    present.set(element, (present.get(element) ?? 0) + 1);
    const before = elements[place - atATime];
    if (before !== undefined) {
      const left = (present.get(before) ?? 0) - 1;
      if (left > 0) present.set(before, left);
      else present.delete(before);
    }
    if (place >= atATime - 1) fewest = Math.min(fewest, present.size);
  });
  return fewest;
}

/** How often a unit of Migrate saves a checkpoint: see checkpointDue. */
function checkpointSeconds({ itemBytes, settings }: Workload, itemsPerSecond: number): number {
  const requestsPerSecond = itemsPerSecond * (1 / batchItems + itemBytes / unitBytes.page);
  const due = Math.max(settings.checkpointMs / 1_000, settings.checkpointRequests / requestsPerSecond);
  return Math.min(due, settings.checkpointAtMostMs / 1_000);
}
