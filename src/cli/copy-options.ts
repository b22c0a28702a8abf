import type { Command } from 'commander';
import type { Fault } from '../errors.js';
import { stepNames } from '../migrations/copy/copy-input.js';
import { wholeNumber } from './whole-number.js';

/** The options of `carryover copy` as commander gives them. */
export interface CopyOptions {
  readonly from?: string;
  readonly to?: string;
  readonly tables?: string;
  readonly exclude?: string;
  readonly schemaOnly?: string;
  /** What commander makes of `--no-validate <patterns>`: true when it is not given. */
  readonly validate?: string | true;
  readonly steps?: string;
  readonly onExisting?: string;
  readonly yes?: boolean;
  readonly fresh?: boolean;
  readonly concurrency?: string;
  readonly segments?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly ledger?: string;
  readonly config?: string;
  readonly stack?: string;
}

const notes = `
Ctrl-C (and SIGTERM) stops at the next safe point and gives the target free; a second one ends at once.
Either way the same command goes on where this one stopped.

Stores:
  dynamodb://REGION[/PREFIX]       DynamoDB; PREFIX begins the names of its tables
    ?endpoint=URL&profile=NAME&roleArn=ARN&externalId=ID
  dynamodb://embedded?path=DIR     an embedded DynamoDB, its data in DIR
  postgres://USER@HOST/DATABASE    PostgreSQL; what is left out comes from the PG* variables
    ?schema=NAME&sslmode=MODE&…
  postgres://embedded?path=DIR     an embedded PostgreSQL, its data in DIR
  archive:DIR                      an archive on disk, in the format of DynamoDB's exports
  s3://BUCKET/PREFIX               the same on S3
    ?region=REGION&endpoint=URL&profile=NAME&roleArn=ARN&externalId=ID`;

export function addCopyOptions(command: Command): Command {
  return command
    .usage('--from <store> --to <store> [options]')
    .option('--from <store>', 'the store to read: a URL, or a name that carryover.config.ts declares (required)')
    .option('--to <store>', 'the store to write (required)')
    .option('--tables <patterns>', 'tables to carry, with * for any characters, separated by commas (default: all)')
    .option('--exclude <patterns>', 'tables to leave out')
    .option('--schema-only <patterns>', 'tables to create in the target, their data left to you')
    .option('--no-validate <patterns>', 'tables to carry that are known to diverge')
    .option('--steps <steps>', `any of ${stepNames.join(',')}; always run in that order (default: all)`)
    .option('--on-existing <how>', 'tables that are in the target already: fail, replace or merge (default: fail)')
    .option('--yes', 'with --on-existing replace: drop the tables without asking')
    .option('--fresh', 'begin anew: drop what the unfinished attempt created, and nothing else')
    .option('--concurrency <n>', 'how many segments are carried at a time')
    .option('--segments <n>', 'how many segments each table is split into')
    .option('--dry-run', 'print the plan and touch nothing')
    .option('--json', 'print one JSON report on stdout, everything else on stderr')
    .option('--ledger <store>', 'the DynamoDB store that records runs (default: an embedded one under .carryover/)')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts where there is one)')
    .option('--stack <name>', 'start the run in this deployed stack and follow it; stores are named, not given by URL')
    .addHelpText('after', notes);
}

/** The input of an execution for these options, `from` and `to` apart, and all that is wrong with them. */
export function copyInputOf(options: CopyOptions): { input: Record<string, unknown>; faults: Fault[] } {
  const faults: Fault[] = [];
  const input = {
    tables: patterns('--tables', options.tables, faults),
    exclude: patterns('--exclude', options.exclude, faults),
    schemaOnly: patterns('--schema-only', options.schemaOnly, faults),
    noValidate: patterns('--no-validate', options.validate === true ? undefined : options.validate, faults),
    steps: choices('--steps', options.steps, stepNames, faults),
    onExisting: choice('--on-existing', options.onExisting, ['fail', 'replace', 'merge'], faults),
    concurrency: wholeNumber('--concurrency', options.concurrency, { most: 1_000 }, faults),
    segments: wholeNumber('--segments', options.segments, { most: 10_000 }, faults),
    fresh: options.fresh,
    dryRun: options.dryRun,
  };
  if (options.yes && options.onExisting !== 'replace')
    faults.push({
      field: '--yes',
      message: 'allows --on-existing replace to drop tables, and is of no use without it',
    });
  return { input: Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)), faults };
}

function patterns(field: string, text: string | undefined, faults: Fault[]): string[] | undefined {
  if (text === undefined) return undefined;
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === ''))
    faults.push({
      field,
      message: `"${text}" has an empty name: give names separated by single commas, as in orders,customer*`,
    });
  return parts;
}

function choices(
  field: string,
  text: string | undefined,
  known: readonly string[],
  faults: Fault[],
): string[] | undefined {
  const parts = patterns(field, text, faults);
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
