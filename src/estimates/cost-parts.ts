import { withDefaults } from '../settings.js';
import { estimateCopy, type Workload } from './copy-estimate.js';
import { total, type CostLine } from './cost-line.js';
import { copyCost } from './cost.js';
import { idleCost } from './idle-cost.js';
import { amount, bytes, count, dollars, duration, table } from './markdown.js';
import { prices } from './platform.js';
import { onDemand, onePartition } from './scale-parts.js';

const itemBytes = 1024;
const sizes = [10e9, 1e12];

/** The generated parts of docs/cost.md. */
export function costParts(definition: unknown): Record<string, string> {
  return { examples: examples(definition), idle: idle(), prices: pricesTable() };
}

function examples(definition: unknown): string {
  const works: Workload[] = sizes.flatMap((size) =>
    [onDemand, onePartition].map((capacity) => ({
      items: Math.ceil(size / itemBytes),
      itemBytes,
      capacity,
      settings: withDefaults(),
    })),
  );
  const costs = works.map((work) => copyCost(work, definition));
  const titles = works.map(({ items, capacity }) => `${bytes(items * itemBytes)}, ${capacity.mode}`);
  const lines = (costs[0] ?? []).map(({ what }, row) => [what, ...costs.map((cost) => told(cost[row]))]);
  return table([
    ['', ...titles],
    ['items of 1 KB', ...works.map(({ items }) => count(items))],
    ['time', ...works.map((work) => duration(estimateCopy(work).seconds))],
    ...lines,
    ['**all**', ...costs.map((cost) => `**${dollars(total(cost))}**`)],
  ]);
}

function idle(): string {
  const plain = idleCost({ inNetwork: false, withKey: false });
  const full = idleCost({ inNetwork: true, withKey: true });
  const lines = full.map((line) => [line.what, `${amount(line.amount)} ${line.unit}`, dollars(line.dollars)]);
  return table([
    ['a month', 'amount', 'dollars'],
    ...lines,
    ['**all, without key and network**', '', `**${dollars(total(plain))}**`],
    ['**all, with both**', '', `**${dollars(total(full))}**`],
  ]);
}

function pricesTable(): string {
  const million = 1e6;
  const lines: readonly (readonly [string, number])[] = [
    ['a million read units, on demand', prices.onDemand.readUnit * million],
    ['a million write units, on demand', prices.onDemand.writeUnit * million],
    ['a thousand read units provisioned, an hour', prices.provisioned.readUnit * 1_000],
    ['a thousand write units provisioned, an hour', prices.provisioned.writeUnit * 1_000],
    ['a GB of a table, and of its backups, a month', prices.storage.table + prices.storage.recovery],
    ['a million GB-seconds of functions on arm64', prices.functions.gbSecond * million],
    ['a million calls of functions', prices.functions.request * million],
    ['a thousand transitions of Step Functions', prices.transition * 1_000],
    ['a GB of logs taken in', prices.watching.logGb],
    ['a custom metric, a month', prices.watching.metric],
    ['a metric that an alarm looks at, a month', prices.watching.alarmMetric],
    ['a dashboard, a month', prices.watching.dashboard],
    ['a million traces', prices.watching.trace * million],
    ['a million events of one’s own, or calls of Scheduler', prices.events.event * million],
    ['a million requests to a queue', prices.queues.request * million],
    ['a key, a month', prices.keys.key],
    ['ten thousand requests to a key', prices.keys.request * 10_000],
    ['an interface endpoint, an hour in each zone', prices.endpoint.hour],
    ['a GB through an interface endpoint', prices.endpoint.gb],
    ['a NAT gateway, an hour; a GB through it', prices.nat.hour],
  ];
  return table([['price of', 'dollars'], ...lines.map(([what, price]) => [what, `$${amount(price)}`])]);
}

function told(line: CostLine | undefined): string {
  return line === undefined ? '' : `${amount(line.amount)} ${line.unit}, ${dollars(line.dollars)}`;
}
