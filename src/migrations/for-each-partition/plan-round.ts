import { z } from 'zod';
import { InputError } from '../../errors.js';
import type { Cursor } from '../../stores/store.js';
import { partitionEntry } from '../../versions/partition-versions.js';
import type { SetupContext, SetupProgress } from '../migration.js';
import { isPartition, listPartitions, type ListedPartition } from './list-partitions.js';
import { baselineVersion, isDue, partName, planKind, type OpenedStep } from './opened-step.js';
import { PartitionChunk } from './partition-chunk.js';
import { partitionContext } from './partition-context.js';
import { RoundPlan, type RoundProgress } from './round-plan.js';

const cursorSchema = z.object({
  round: z.int(),
  chunks: z.int(),
  taken: z.int(),
  place: z.union([z.string(), z.int()]).optional(),
});

/** So many partitions that need nothing may be looked at between two safe points. */
const safePointEvery = 1_000;

/**
 * Plans the units of one round: the partitions that lag and are not parked, as many as the wave has. In every order of
 * crashes: a chunk's document is written before its unit is planned, and no unit is worked on before the round is complete.
 * A round that is complete is not planned again, whatever happened to its units.
 */
export async function* planRound(
  step: OpenedStep,
  context: SetupContext,
  from: Cursor | undefined,
): AsyncIterable<SetupProgress> {
  const { stage } = step;
  const plan = new RoundPlan(context.ledger, context.attempt, planKind(stage), context.round);
  const known = await plan.progress();
  if (known.complete) return;
  const planning = new Planning(step, context, plan, resumed(known, from, context.round));
  if (stage.partition === undefined) yield* planning.wave();
  else yield* planning.only(stage.partition);
}

/** The engine's cursor may be further than the ledger's record: that one is written with each chunk. */
function resumed(known: RoundProgress, from: Cursor | undefined, round: number): RoundProgress {
  const { data } = cursorSchema.safeParse(from);
  if (data?.round !== round || data.chunks < known.chunks) return known;
  const { round: _round, ...progress } = data;
  return { ...progress, complete: false };
}

class Planning {
  constructor(
    private readonly step: OpenedStep,
    private readonly context: SetupContext,
    private readonly plan: RoundPlan,
    private at: RoundProgress,
  ) {}

  async *wave(): AsyncIterable<SetupProgress> {
    const { context, step } = this;
    const wave = step.options.waves[context.round] ?? 'all';
    const most = wave === 'all' ? Infinity : wave;
    if (this.at.taken < most) yield* this.#chunks(most);
    await this.plan.advance({ ...this.at, complete: true, token: context.fence.token });
  }

  /** One partition, if it lags. Throws InputError when there is none of this id. */
  async *only(partition: string): AsyncIterable<SetupProgress> {
    const { context, step, plan } = this;
    const reading = partitionContext(step.stage, context, step.stage.version);
    if (!(await isPartition(step.options.code, reading, partition))) throw unknownPartition(partition);
    const kv = context.home.keyValues;
    if (isDue(step, await partitionEntry(kv, partition), await baselineVersion(kv)))
      yield* this.#planned([partition], undefined);
    await plan.advance({ ...this.at, complete: true, token: context.fence.token });
  }

  async *#chunks(most: number): AsyncIterable<SetupProgress> {
    const { context, step } = this;
    const baseline = await baselineVersion(context.home.keyValues);
    let chunk = new PartitionChunk(this.at.chunks, most - this.at.taken);
    let looked = 0;
    let last: ListedPartition['place'] | undefined;
    for await (const listed of this.#listed()) {
      if (isDue(step, listed.entry, baseline)) chunk.add(listed.id);
      last = listed.place;
      const ending = context.ending();
      if (chunk.full || (ending && chunk.size > 0)) {
        yield* this.#planned(chunk.ids, listed.place);
        if (this.at.taken >= most) return;
        chunk = new PartitionChunk(this.at.chunks, most - this.at.taken);
        continue;
      }
      // What is gathered and not planned yet is behind the cursor, and is listed again.
      if (chunk.size === 0) this.at = { ...this.at, place: listed.place };
      looked += 1;
      if (ending || looked % safePointEvery === 0) yield this.#cursor();
    }
    if (chunk.size > 0) yield* this.#planned(chunk.ids, last);
  }

  #listed(): AsyncIterable<ListedPartition> {
    const { step, context } = this;
    const reading = partitionContext(step.stage, context, step.stage.version);
    return listPartitions(step.options.code, reading, this.at.place);
  }

  async *#planned(ids: readonly string[], place: RoundProgress['place']): AsyncIterable<SetupProgress> {
    const { context, plan, step } = this;
    const { round } = context;
    const chunk = this.at.chunks;
    await plan.putChunk(chunk, ids);
    const table = partName(step, round, chunk);
    yield { group: { table, restart: false, plan: () => Promise.resolve([{ round, chunk }]) } };
    const { place: _before, ...at } = this.at;
    const next = { ...at, chunks: chunk + 1, taken: at.taken + ids.length };
    this.at = place === undefined ? next : { ...next, place };
    await plan.advance(this.at);
    yield this.#cursor();
  }

  #cursor(): SetupProgress {
    const { chunks, taken, place } = this.at;
    return { cursor: { round: this.context.round, chunks, taken, ...(place === undefined ? {} : { place }) } };
  }
}

export function unknownPartition(partition: string): InputError {
  const message = `there is no partition ${JSON.stringify(partition.slice(0, 100))}: it is not registered, and \`partitions\` does not list it`;
  return new InputError([{ field: 'up.partition', message }]);
}
