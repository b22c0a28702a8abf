import { endingAtMostMs } from '../engine/runs/open-run.js';
import { withDefaults, type Settings } from '../settings.js';
import { estimateCopy, type Capacity, type Workload } from './copy-estimate.js';
import { total } from './cost-line.js';
import { copyCost } from './cost.js';
import { assumed, deployment } from './deployment.js';
import { bounds, largestTable, type Bound } from './largest-table.js';
import { amount, bytes, count, dollars, duration, table } from './markdown.js';
import { quotas } from './platform.js';

export const onDemand: Capacity = { mode: 'on-demand', ...quotas.newOnDemandTable };
/** As much as one partition gives. */
export const onePartition: Capacity = { mode: 'provisioned', ...quotas.partition };
const mostProvisioned: Capacity = { mode: 'provisioned', ...quotas.table };

const itemBytes = 1024;
const defaults = withDefaults();
/** As many units at a time as the largest table by default has partitions for writing. */
const most = quotas.table.writeUnits / quotas.partition.writeUnits;
const wide = withDefaults({ concurrency: most });
const widest = withDefaults({ concurrency: most, segments: most });

const rows: readonly (readonly [string, Capacity, Settings])[] = [
  ['defaults', onDemand, defaults],
  ['defaults', onePartition, defaults],
  ['defaults', mostProvisioned, defaults],
  [`\`concurrency: ${most}\``, mostProvisioned, wide],
  [`\`concurrency: ${most}\`, \`segments: ${most}\``, mostProvisioned, widest],
];

/** The generated parts of docs/scale.md. */
export function scaleParts(definition: unknown): Record<string, string> {
  return {
    largest: largest(definition),
    bounds: eachBound(definition),
    sizes: bySize(definition),
    assumptions: assumptions(),
  };
}

/** The largest table under all bounds, and which of them it comes to first. */
function largest(definition: unknown): string {
  const all = bounds(definition);
  const head = [
    'settings',
    'capacity a second',
    'items',
    'bytes',
    'time',
    'dollars',
    'ended by',
    'Migrate is bound by',
  ];
  const lines = rows.map(([title, capacity, settings]) => {
    const { items, work } = filled({ itemBytes, capacity, settings }, all);
    const copy = estimateCopy(work);
    return [
      ...[title, told(capacity), amount(items), bytes(items * itemBytes), duration(copy.seconds)],
      ...[dollars(total(copyCost(work, definition))), firstBound(work, all), copy.migrate.boundBy],
    ];
  });
  return table([head, ...lines]);
}

function eachBound(definition: unknown): string {
  const all = bounds(definition);
  const base = { itemBytes, capacity: onDemand, settings: defaults };
  const copy = estimateCopy(filled(base, all).work);
  const lines = all.map((bound) => {
    const alone = largestTable(base, [bound]);
    const used = `${count(bound.used(copy))} of ${count(bound.most)} ${bound.unit}`;
    return [bound.name, used, alone === undefined ? 'no size' : `${amount(alone)} items`];
  });
  return table([['limit', 'used by the largest table', 'would alone be broken by more than'], ...lines]);
}

function bySize(definition: unknown): string {
  const lines = [256, 1_024, 4_096, 16_384].map((size) => {
    const { items, work } = filled({ itemBytes: size, capacity: onDemand, settings: defaults }, bounds(definition));
    const { migrate } = estimateCopy(work);
    const cells = [count(size), amount(items), bytes(items * size), `${amount(migrate.itemsPerSecond)} a second`];
    return [...cells, migrate.boundBy];
  });
  return table([['mean item, bytes', 'items', 'bytes', 'items of Migrate', 'bound by'], ...lines]);
}

function assumptions(): string {
  const perSecond = (size: number): string =>
    amount(assumed.busyShare / (assumed.cpuSeconds * Math.max(1, size / assumed.cpuItemBytes)));
  return table([
    ['assumed', 'value'],
    [
      'CPU of an item of that size',
      `${assumed.cpuSeconds * 1e6} µs at ${assumed.cpuItemBytes} bytes, in proportion above`,
    ],
    ['part of its time that a function computes', `${assumed.busyShare * 100} %`],
    [
      'so items a second of one function',
      `${perSecond(assumed.cpuItemBytes)} of ${assumed.cpuItemBytes} bytes, ${perSecond(1024)} of 1 KB`,
    ],
    ['length of a call', `${deployment.callSeconds} s, the last ${endingAtMostMs / 1_000} s of which end it`],
    ['calls that are tried again', `each, ${assumed.retriesOfCall} time, with ${assumed.eventsOfRetry} events more`],
    ['the largest segment', `${assumed.skew} times the mean`],
    ['steps beside the units', `${assumed.stepCalls} calls of ${assumed.stepSeconds} s`],
    ['time-out of an execution', `${deployment.executionDays} days`],
  ]);
}

function filled(base: Omit<Workload, 'items'>, all: readonly Bound[]): { items: number; work: Workload } {
  const items = largestTable(base, all);
  if (items === undefined) throw new RangeError('no limit bounds the table');
  return { items, work: { ...base, items } };
}

/** The bound that a table of one percent more breaks. */
function firstBound(work: Workload, all: readonly Bound[]): string {
  const copy = estimateCopy({ ...work, items: work.items * 1.01 });
  const broken = all.find(({ used, most: limit }) => used(copy) > limit);
  return (broken?.name ?? '').toLowerCase();
}

function told({ mode, readUnits, writeUnits }: Capacity): string {
  return `${mode === 'on-demand' ? 'on demand, new' : 'provisioned'}: ${count(writeUnits)} writes, ${count(readUnits)} reads`;
}
