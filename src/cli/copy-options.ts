import type { Command } from 'commander';
import type { Fault } from '../errors.js';
import { stepNames } from '../migrations/copy/copy-input.js';
import type { AdHocOptions } from './ad-hoc-command.js';
import { addRunOptions, commaList, fromText, given, runInputOf } from './run-options.js';
import { wholeNumber } from './whole-number.js';

/** The options of `carryover copy` as commander gives them. */
export interface CopyOptions extends AdHocOptions {
  readonly tables?: string;
  readonly exclude?: string;
  readonly schemaOnly?: string;
  /** What commander makes of `--no-validate <patterns>`: true when it is not given. */
  readonly validate?: string | true;
  readonly steps?: string;
  readonly onExisting?: string;
  readonly segments?: string;
}

export function addCopyOptions(command: Command): Command {
  const described = command
    .usage('--from <store> --to <store> [options]')
    .option('--from <store>', fromText)
    .option('--to <store>', 'the store to write (required)')
    .option('--tables <patterns>', 'tables to carry, with * for any characters, separated by commas (default: all)')
    .option('--exclude <patterns>', 'tables to leave out')
    .option('--schema-only <patterns>', 'tables to create in the target, their data left to you')
    .option('--no-validate <patterns>', 'tables to carry that are known to diverge')
    .option('--steps <steps>', `any of ${stepNames.join(',')}; always run in that order (default: all)`)
    .option('--on-existing <how>', 'tables that are in the target already: fail, replace or merge (default: fail)')
    .option('--yes', 'with --on-existing replace: drop the tables without asking')
    .option('--segments <n>', 'how many segments each table is split into')
    .option('--concurrency <n>', 'how many segments are carried at a time');
  return addRunOptions(described);
}

/** The input of an execution for these options, `from` and `to` apart, and all that is wrong with them. */
export function copyInputOf(options: CopyOptions): { input: Record<string, unknown>; faults: Fault[] } {
  const faults: Fault[] = [];
  const input = {
    tables: commaList('--tables', options.tables, faults),
    exclude: commaList('--exclude', options.exclude, faults),
    schemaOnly: commaList('--schema-only', options.schemaOnly, faults),
    noValidate: commaList('--no-validate', options.validate === true ? undefined : options.validate, faults),
    steps: choices('--steps', options.steps, stepNames, faults),
    onExisting: choice('--on-existing', options.onExisting, ['fail', 'replace', 'merge'], faults),
    segments: wholeNumber('--segments', options.segments, { most: 10_000 }, faults),
    ...runInputOf(options, faults),
  };
  if (options.yes && options.onExisting !== 'replace')
    faults.push({
      field: '--yes',
      message: 'allows --on-existing replace to drop tables, and is of no use without it',
    });
  return { input: given(input), faults };
}

function choices(
  field: string,
  text: string | undefined,
  known: readonly string[],
  faults: Fault[],
): string[] | undefined {
  const parts = commaList(field, text, faults);
  for (const part of parts ?? []) if (part !== '') choice(field, part, known, faults);
  return parts;
}

function choice(
  field: string,
  text: string | undefined,
  known: readonly string[],
  faults: Fault[],
): string | undefined {
  if (text !== undefined && !known.includes(text))
    faults.push({ field, message: `"${text}" is none of ${known.join(', ')}` });
  return text;
}
