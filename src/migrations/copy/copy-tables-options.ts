import { z } from 'zod';
import { InputError, type Fault } from '../../errors.js';
import { inputFaults } from '../../input-faults.js';
import { copyInputSchema, type CopyInput } from './copy-input.js';
import type { TableChanges } from './table-changes.js';

/** Which tables are carried, from where to where, and what becomes of them. */
export interface CopyTablesOptions {
  /** The declared store that they are read from. */
  readonly from: string;
  /** The declared store that they are written into. Default the database. */
  readonly to?: string;
  /** Which tables of `from`: names, with `*` for any characters. Default all. */
  readonly tables?: readonly string[];
  readonly exclude?: readonly string[];
  /** Created in the target, their items left to the user. */
  readonly schemaOnly?: readonly string[];
  /** Carried, but known to diverge. */
  readonly noValidate?: readonly string[];
  /** What to do about tables that are in the target already. Default `fail`. */
  readonly onExisting?: 'fail' | 'replace' | 'merge';
  /** With `onExisting: "replace"`: the tables of the target that may be dropped, each by its name. */
  readonly replace?: readonly string[];
  /** What becomes of tables, by the names that they have in the source. */
  readonly changes?: TableChanges;
  /** How many items may stay in quarantine when the migration completes. Default 0. */
  readonly quarantine?: number;
  /** In how many segments each table is read. Default by its size. */
  readonly segments?: number;
  /** A flag of the configuration: the chain stops before this migration while it is off. */
  readonly when?: string;
  /** `restart`: another run drops what the unfinished one created, and begins anew. Default `resume`. */
  readonly onRerun?: 'resume' | 'restart';
}

const name = z.string().min(1);
const names = z.array(name);
const call = z.custom<unknown>((value) => typeof value === 'function', { error: 'must be a function' });
const keyColumn = z.strictObject({ name, type: z.enum(['S', 'N', 'B'], { error: 'must be "S", "N" or "B"' }) });
const change = z.strictObject({
  as: name.optional(),
  key: z.array(keyColumn).min(1).optional(),
  transform: call.optional(),
});

const schema = z.strictObject({
  from: name,
  to: name.optional(),
  tables: names.min(1).optional(),
  exclude: names.optional(),
  schemaOnly: names.optional(),
  noValidate: names.optional(),
  onExisting: z.enum(['fail', 'replace', 'merge']).optional(),
  replace: names.optional(),
  changes: z.record(name, change).optional(),
  quarantine: z.int().min(0).optional(),
  segments: z.int().min(1).max(10_000).optional(),
  when: name.optional(),
  onRerun: z.enum(['resume', 'restart']).optional(),
});

/** Throws InputError with all that is wrong with the options by themselves. */
export function assertCopyTablesOptions(given: CopyTablesOptions): void {
  const { error } = schema.safeParse(given);
  const faults = error === undefined ? changeFaults(given) : inputFaults(error, 'copyTables');
  if (faults.length > 0) throw new InputError(faults);
}

function changeFaults({ changes = {}, onExisting, replace }: CopyTablesOptions): Fault[] {
  const faults: Fault[] = [];
  if (replace !== undefined && onExisting !== 'replace')
    faults.push({ field: 'replace', message: `drops tables only with onExisting: "replace": say so, or leave it out` });
  for (const [table, { key = [] }] of Object.entries(changes)) {
    const repeated = key.find(({ name: column }, at) => key.findIndex((other) => other.name === column) !== at);
    if (repeated === undefined) continue;
    faults.push({ field: `changes.${table}.key`, message: `names "${repeated.name}" twice: name each attribute once` });
  }
  return faults;
}

/** The same as an input of a copy, which carries the tables. */
export function copyInputOf(options: CopyTablesOptions, to: string): CopyInput {
  const { changes: _, quarantine: _allowed, when: _flag, onRerun: _again, ...input } = options;
  return copyInputSchema.parse({ ...input, to });
}
