import { z } from 'zod';
import { InputError } from '../../errors.js';
import { inputFaults } from '../../input-faults.js';
import type { PartitionContext } from '../definition.js';

/** How a migration works on each partition. */
export interface ForEachPartitionOptions {
  /**
   * The ids of all partitions, each of them once, in any order: 1 to 1,023 bytes in UTF-8. Called again and again, so that a
   * partition that came meanwhile is found. Default: those that are registered in the database.
   */
  partitions?(context: PartitionContext): AsyncIterable<string> | Iterable<string>;
  /**
   * Brings one partition to `context.version`. It may be called again for what it has done already, so it must be
   * idempotent. A generator has safe points: it yields a JSON value, or `{ cursor, items }` to count items too, when all
   * that came before is durable, and is called with the last cursor as `from` after a crash, a time-out or an error.
   */
  migrate(partition: string, context: PartitionContext, from?: unknown): Promise<void> | AsyncIterable<unknown>;
  /** Called after `migrate`, before the partition gets its version: throws when the partition is not as it must be. */
  check?(partition: string, context: PartitionContext): Promise<void>;
  /** How many items the partition has, for the dry run. Must not write. */
  count?(partition: string, context: PartitionContext): Promise<number>;
  /**
   * How many partitions are migrated, before the next ones are begun: `[1, 20, 'all']`. A failure in one wave keeps the next
   * from being begun. Default `['all']`, which is also what comes last.
   */
  readonly waves?: readonly (number | 'all')[];
  /** How often a partition is tried in one run before its failure is recorded, with growing waits. Default 3. */
  readonly attempts?: number;
  /** Names of the declared stores that it uses beside the database. */
  readonly stores?: readonly string[];
  /** A flag of the configuration: the chain stops before this migration while it is off. */
  readonly when?: string;
  /** `restart`: another run plans all anew; partitions that are done stay done. Default `resume`. */
  readonly onRerun?: 'resume' | 'restart';
}

/** The options, checked and with their defaults. */
export interface PartitionOptions {
  /** As they were given: its functions may be methods that use `this`. */
  readonly code: ForEachPartitionOptions;
  readonly waves: readonly (number | 'all')[];
  readonly attempts: number;
}

const defaultAttempts = 3;

const call = z.custom<unknown>((value) => typeof value === 'function', { error: 'must be a function' });
const wave = z.custom<unknown>((value) => value === 'all' || (Number.isSafeInteger(value) && Number(value) > 0), {
  error: 'must be a count of partitions from 1, or "all"',
});
const mostAttempts = 100;
const tries = { error: `must be a number of tries from 1 to ${mostAttempts}` };

const optionsSchema = z.strictObject({
  partitions: call.optional(),
  migrate: call,
  check: call.optional(),
  count: call.optional(),
  waves: z.array(wave).min(1).optional(),
  attempts: z.int(tries).min(1, tries).max(mostAttempts, tries).optional(),
  stores: z.array(z.string().min(1)).optional(),
  when: z.string().min(1).optional(),
  onRerun: z.enum(['resume', 'restart']).optional(),
});

/** Checks the options, and adds what they leave out. Throws InputError with all that is wrong. */
export function partitionOptions(given: ForEachPartitionOptions): PartitionOptions {
  const { error } = optionsSchema.safeParse(given);
  if (error !== undefined) throw new InputError(inputFaults(error, 'forEachPartition'));
  const waves = given.waves ?? [];
  const all = waves.indexOf('all');
  if (all !== -1 && all < waves.length - 1) {
    const message = `nothing is left for a wave after "all": put it last`;
    throw new InputError([{ field: `waves[${all + 1}]`, message }]);
  }
  return {
    code: given,
    waves: all === -1 ? [...waves, 'all' as const] : waves,
    attempts: given.attempts ?? defaultAttempts,
  };
}
