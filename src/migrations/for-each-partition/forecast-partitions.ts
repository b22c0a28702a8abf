import { pMapIterable } from 'p-map';
import type { PartitionContext } from '../definition.js';
import type { Forecast } from '../forecast.js';
import type { ForecastContext } from '../migration.js';
import { failureText } from './failure-text.js';
import { isPartition, listPartitions } from './list-partitions.js';
import { baselineVersion, versionOf, type OpenedStep } from './opened-step.js';
import { readingContext } from './partition-context.js';
import { unknownPartition } from './plan-round.js';

/** Names that a person is shown. */
const shownNames = 20;
/** Partitions whose items are counted at a time. */
const countsAtATime = 8;

/** What is known of the partitions that lag. */
interface Seen {
  count: number;
  readonly names: string[];
  listed: number;
  severalSteps: number;
  parked: number;
  readonly parkedNames: string[];
  items: number;
  uncounted: number;
  whyUncounted: string | undefined;
}

/** Which partitions would be migrated. Reads the listing and their versions; with `count`, what that one reads. */
export async function forecastPartitions(step: OpenedStep, { home, faultsOnly }: ForecastContext): Promise<Forecast> {
  const { stage, options } = step;
  const context = readingContext(stage, home);
  if (stage.partition !== undefined && !(await isPartition(options.code, context, stage.partition)))
    return { ...nothing, faults: unknownPartition(stage.partition).faults };
  // A million of them may be listed: a run does that once it owns the database, and from call to call.
  if (faultsOnly === true) return nothing;
  const seen = await look(step, context);
  return { ...nothing, partitions: { count: seen.count, names: seen.names }, notes: notes(step, seen) };
}

const nothing = { faults: [], warnings: [], tables: [], drops: [] };

async function look(step: OpenedStep, context: PartitionContext): Promise<Seen> {
  const seen: Seen = { ...zeros, names: [], parkedNames: [], whyUncounted: undefined };
  const { count } = step.options.code;
  const counted = pMapIterable(
    lagging(step, context, seen),
    async (id) => ({ id, items: count === undefined ? 0 : await countItems(step, context, id) }),
    { concurrency: countsAtATime },
  );
  for await (const { id, items } of counted) {
    seen.count += 1;
    if (seen.names.length < shownNames) seen.names.push(id);
    if (typeof items === 'number') seen.items += items;
    else {
      seen.uncounted += 1;
      seen.whyUncounted ??= `${id}: ${items.message}`;
    }
  }
  return seen;
}

const zeros = { count: 0, listed: 0, severalSteps: 0, parked: 0, items: 0, uncounted: 0 };

/** Those that would be migrated; counts all others on the way. */
async function* lagging(step: OpenedStep, context: PartitionContext, seen: Seen): AsyncIterable<string> {
  const { stage, options, steps } = step;
  const baseline = await baselineVersion(context.database.keyValues);
  for await (const { id, entry } of listPartitions(options.code, context)) {
    seen.listed += 1;
    if (stage.partition !== undefined && id !== stage.partition) continue;
    const version = versionOf(entry, baseline);
    if (version >= stage.version) continue;
    if (entry?.parked !== undefined && stage.partition === undefined) {
      seen.parked += 1;
      if (seen.parkedNames.length < shownNames) seen.parkedNames.push(id);
      continue;
    }
    if (steps.filter((each) => each.version > version).length > 1) seen.severalSteps += 1;
    yield id;
  }
}

async function countItems(step: OpenedStep, context: PartitionContext, id: string): Promise<number | Error> {
  try {
    return (await step.options.code.count?.(id, context)) ?? 0;
  } catch (error) {
    return new Error(failureText(error).message, { cause: error });
  }
}

function notes({ stage, options }: OpenedStep, seen: Seen): string[] {
  const found: string[] = [];
  if (seen.listed === 0)
    found.push(
      options.code.partitions === undefined
        ? 'no partition is registered: `registerPartition` registers one, or give `partitions` a listing'
        : '`partitions` lists none',
    );
  if (options.code.count !== undefined && seen.count > seen.uncounted) found.push(`they hold ${seen.items} items`);
  if (seen.uncounted > 0) found.push(`${seen.uncounted} could not be counted, first ${seen.whyUncounted}`);
  if (seen.severalSteps > 0) found.push(`${seen.severalSteps} of them lack earlier versions too, which come first`);
  if (seen.parked > 0) {
    const more = seen.parked > seen.parkedNames.length ? ', …' : '';
    found.push(`${seen.parked} are parked and stay as they are: ${seen.parkedNames.join(', ')}${more}`);
  }
  if (options.waves.length > 1 && stage.partition === undefined) found.push(`in waves: ${options.waves.join(', ')}`);
  return found;
}
