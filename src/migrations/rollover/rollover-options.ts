import { z } from 'zod';
import { InputError } from '../../errors.js';
import { inputFaults } from '../../input-faults.js';
import type { KeyColumn } from '../../stores/store.js';
import { activeNameKeptMs } from '../../versions/active-table.js';
import type { TableChange } from '../copy/table-changes.js';
import type { ExternalIndex } from './external-index.js';

/** Which table is built anew, and how. */
export interface RolloverOptions {
  /** The table, in the database, as the service calls it: what it gives to `activeTable`. */
  readonly table: string;
  /** The name of the new table. Default the table's with the version: `orders_v5`. */
  readonly as?: string;
  /** Its primary key. Default: the one of the live table. */
  readonly key?: readonly KeyColumn[];
  /** What an item becomes: another one, several, or undefined to leave it out. It must give the same for the same item. */
  readonly transform?: TableChange['transform'];
  /** An index outside the stores that is built with it. */
  readonly index?: ExternalIndex;
  /** For how long the old table is kept. Default seven days. */
  readonly keepOldFor?: KeptTime;
  /** For how long a reader uses the name that it read, in ms: 5,000, which are `activeTable`'s and the default, to 30,000. */
  readonly namesKeptMs?: number;
  /** A flag of the configuration: the chain stops before this migration while it is off. */
  readonly when?: string;
  /** `restart`: another run drops what the unfinished one made, and begins anew. Default `resume`. */
  readonly onRerun?: 'resume' | 'restart';
}

/** Added up; a part of an hour is given in minutes. */
export interface KeptTime {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
}

const defaultKept: KeptTime = { days: 7 };
/**
 * It is waited out whole in each call that lets the service thaw: a Cleanup, which a deployment may give one minute alone, or an Abort,
 * which has two. So it takes half of the shorter one; the other half is for thaw, the drops, and the margin of the call.
 */
export const mostNamesKeptMs = 30_000;
/** Ten years: what is longer is a mistake. */
const mostDays = 3_650;

const minuteMs = 60_000;

const call = z.custom<unknown>((value) => typeof value === 'function', { error: 'must be a function' });
const tableName = z
  .string()
  .min(1)
  .refine((name) => !name.includes('*'), { error: 'must be the name of one table, without "*"' });
const duration = z.int({ error: 'must be a whole number from 0' }).min(0, { error: 'must be a whole number from 0' });
const keyColumn = z.strictObject({
  name: z.string().min(1),
  type: z.enum(['S', 'N', 'B'], { error: 'must be "S", "N" or "B"' }),
});
const namesKept = { error: `must be ${activeNameKeptMs} to ${mostNamesKeptMs} ms` };

const optionsSchema = z.strictObject({
  table: tableName,
  as: tableName.optional(),
  key: z
    .array(keyColumn)
    .min(1)
    .refine((key) => new Set(key.map(({ name }) => name)).size === key.length, { error: 'names an attribute twice' })
    .optional(),
  transform: call.optional(),
  // Its functions may be methods of a class.
  index: z
    .custom<object>((value) => typeof value === 'object' && value !== null, { error: 'must be an object' })
    .refine((index) => missingMethods(index).length === 0, {
      error: ({ input }) => `lacks the function ${missingMethods(input as object).join(', ')}`,
    })
    .optional(),
  keepOldFor: z
    .strictObject({ days: duration.optional(), hours: duration.optional(), minutes: duration.optional() })
    .refine((kept) => keptMs(kept) <= mostDays * 24 * 60 * minuteMs, { error: `must be ${mostDays} days at most` })
    .optional(),
  namesKeptMs: z.int(namesKept).min(activeNameKeptMs, namesKept).max(mostNamesKeptMs, namesKept).optional(),
  when: z.string().min(1).optional(),
  onRerun: z.enum(['resume', 'restart']).optional(),
});

const methods = ['create', 'index', 'swap', 'remove'] as const satisfies (keyof ExternalIndex)[];

function missingMethods(index: object): string[] {
  return methods.filter((name) => typeof (index as Partial<Record<string, unknown>>)[name] !== 'function');
}

/** Throws InputError with all that is wrong with the options by themselves. */
export function assertRolloverOptions(given: RolloverOptions): void {
  const { error } = optionsSchema.safeParse(given);
  if (error !== undefined) throw new InputError(inputFaults(error, 'rollover'));
}

/** For how long the old table is kept, in ms. */
export function keepOldMs({ keepOldFor = defaultKept }: RolloverOptions): number {
  return keptMs(keepOldFor);
}

function keptMs({
  days = 0,
  hours = 0,
  minutes = 0,
}: { [unit in keyof KeptTime]: KeptTime[unit] | undefined }): number {
  return ((days * 24 + hours) * 60 + minutes) * minuteMs;
}
