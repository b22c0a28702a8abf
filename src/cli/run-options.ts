import type { Command } from 'commander';
import type { Fault } from '../errors.js';
import type { AdHocOptions } from './ad-hoc-command.js';
import { wholeNumber } from './whole-number.js';

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

/** What `--from` says of itself. */
export const fromText = 'the store to read: a URL, or a name that carryover.config.ts declares (required)';

/** Adds the options that `copy`, `export` and `import` have in common, and the notes on stores. */
export function addRunOptions(command: Command, { config = configText }: { readonly config?: string } = {}): Command {
  return command
    .option('--fresh', 'begin anew: drop what the unfinished attempt created, and nothing else')
    .option('--dry-run', 'print the plan and touch nothing')
    .option('--json', 'print one JSON report on stdout, everything else on stderr')
    .option('--ledger <store>', 'the DynamoDB store that records runs (default: an embedded one under .carryover/)')
    .option('--config <file>', config)
    .option('--stack <name>', 'start the run in this deployed stack and follow it; stores are named, not given by URL')
    .addHelpText('after', notes);
}

const configText = 'the project configuration (default: carryover.config.ts where there is one)';

/** Their fields of an execution's input. */
export function runInputOf(options: AdHocOptions, faults: Fault[]): Record<string, unknown> {
  return {
    concurrency: wholeNumber('--concurrency', options.concurrency, { most: 1_000 }, faults),
    fresh: options.fresh,
    dryRun: options.dryRun,
  };
}

/** The fields of an input that are given. */
export function given(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** The names that an option gives, separated by commas; adds the fault of an empty one. */
export function commaList(
  field: string,
  text: string | undefined,
  faults: Fault[],
  example = 'orders,customer*',
): string[] | undefined {
  if (text === undefined) return undefined;
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === '')) {
    const message = `"${text}" has an empty name: give names separated by single commas, as in ${example}`;
    faults.push({ field, message });
  }
  return parts;
}
