import { z } from 'zod';
import { InputError, type Fault } from '../../errors.js';
import { inputFaults } from '../../input-faults.js';
import { copyInputSchema, type CopyInput } from '../../migrations/copy/copy-input.js';
import { exportInputSchema, type ExportInput } from './export-input.js';
import { importInputSchema, type ImportInput } from './import-input.js';
import { withoutSecrets } from './recorded-input.js';
import { upInputSchema, type UpInput } from './up-input.js';

/** What an execution can be asked for: one of these. */
export const asked = ['copy', 'export', 'import', 'up', 'cleanup'] as const;

/** The input of an execution: what to do, and who asks for it. */
export const executionInputSchema = z.strictObject({
  /** Copy tables from one store into another. */
  copy: copyInputSchema.optional(),
  /** Export the packages of a migration into a store. */
  export: exportInputSchema.optional(),
  /** Import exported packages into a key-value store. */
  import: importInputSchema.optional(),
  /** Bring the database to a version. */
  up: upInputSchema.optional(),
  /** Drop what earlier migrations left to be dropped, as far as its time has come. */
  cleanup: z.strictObject({}).optional(),
  /** Who starts it, for the lease and the ledger. */
  startedBy: z.string().max(200).optional(),
});

type Asked = (typeof asked)[number];
type Only<Name extends Asked, Value> = { readonly startedBy?: string | undefined } & {
  readonly [name in Name]: Value;
} & { readonly [name in Exclude<Asked, Name>]?: undefined };

/** What works on the version of the database. */
export type ChainInput = Only<'up', UpInput> | Only<'cleanup', Readonly<Record<string, never>>>;
/** What is done once, into a store that the input names, and changes no version. */
export type AdHocInput = Only<'copy', CopyInput> | Only<'export', ExportInput> | Only<'import', ImportInput>;
export type ExecutionInput = ChainInput | AdHocInput;

export function isChain(input: ExecutionInput): input is ChainInput {
  return input.up !== undefined || input.cleanup !== undefined;
}

/** The part that says what is done once: see `AdHocInput`. */
export function adHocPart(input: AdHocInput): CopyInput | ExportInput | ImportInput {
  return input.copy ?? input.export ?? input.import;
}

/** The input with its defaults. Throws InputError with all faults, each naming its field (`copy.tables[2]`). */
export function parseExecutionInput(input: unknown): ExecutionInput {
  const parsed = executionInputSchema.safeParse(input);
  if (!parsed.success) throw new InputError(inputFaults(parsed.error, 'input'));
  const { copy, import: imported } = parsed.data;
  const faults = [
    ...choiceFaults(parsed.data),
    ...(copy === undefined ? [] : [...sameNameFaults('copy', copy), ...contradictions(copy)]),
    ...(imported === undefined ? [] : sameNameFaults('import', imported)),
  ];
  if (faults.length > 0) throw new InputError(faults);
  return parsed.data as ExecutionInput;
}

function choiceFaults(input: Partial<Record<Asked, unknown>>): Fault[] {
  const given = asked.filter((name) => input[name] !== undefined);
  if (given.length === 1) return [];
  const found = given.length === 0 ? 'asks for nothing' : `asks for ${given.join(' and ')} at once`;
  return [{ field: 'input', message: `${found}: give one of ${asked.map((name) => `"${name}"`).join(', ')}` }];
}

function sameNameFaults(field: string, { from, to }: { readonly from: string; readonly to: string }): Fault[] {
  if (from !== to) return [];
  const message = `is the same store as ${field}.from ("${withoutSecrets(from)}"): name another`;
  return [{ field: `${field}.to`, message }];
}

function contradictions(copy: CopyInput): Fault[] {
  const faults: Fault[] = [];
  if (copy.replace.length > 0 && copy.onExisting !== 'replace')
    faults.push({ field: 'copy.replace', message: 'lists tables to drop, but copy.onExisting is not "replace"' });
  if (copy.fresh && !copy.steps.includes('setup'))
    faults.push({
      field: 'copy.fresh',
      message: 'begins a new attempt, which needs the step "setup": add it to copy.steps',
    });
  return faults;
}
