import type { Command } from 'commander';
import type { Fault } from '../errors.js';
import { contradictions } from './option-fields.js';
import { wholeNumber } from './whole-number.js';

/** The options of `carryover up` as commander gives them. */
export interface UpOptions {
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly partition?: string;
  readonly fresh?: boolean;
  readonly yes?: boolean;
  readonly acceptChanged?: readonly string[];
  readonly concurrency?: string;
  readonly json?: boolean;
  readonly ledger?: string;
  readonly config?: string;
  readonly stack?: string;
}

const notes = `
Ctrl-C (and SIGTERM) stops at the next safe point and gives the database free; a second one ends at once.
Either way the same command goes on where this one stopped: with the migration, and inside of it.`;

export function addUpOptions(command: Command): Command {
  return command
    .option('--to <n>', 'the last version to go to (default: the newest migration)')
    .option('--dry-run', 'print which migrations would run, and on what, and touch nothing')
    .option('--partition <id>', 'only this partition; refused while a migration of another kind is pending')
    .option('--fresh', 'begin the unfinished migration anew: drop what it created, and nothing else')
    .option('--yes', 'with --fresh: drop without asking')
    .option(
      '--accept-changed <n>',
      'migration N was changed after it was applied, and that is meant; may be repeated',
      add,
    )
    .option('--concurrency <n>', 'how many units are worked on at a time')
    .option('--json', 'print one JSON report on stdout, everything else on stderr')
    .option('--ledger <store>', 'the DynamoDB store that records runs (default: an embedded one under .carryover/)')
    .option('--config <file>', 'the project configuration (default: carryover.config.ts)')
    .option('--stack <name>', 'start the run in this deployed stack and follow it')
    .addHelpText('after', notes);
}

function add(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The largest number that a migration can have. */
const most = 9_999_999_999;

/** The input of an execution for these options, and all that is wrong with them. */
export function upInputOf(options: UpOptions): { input: Record<string, unknown>; faults: Fault[] } {
  const faults: Fault[] = [];
  const given = {
    to: wholeNumber('--to', options.to, { most }, faults),
    partition: options.partition,
    fresh: options.fresh,
    acceptChanged: options.acceptChanged?.map((text) => wholeNumber('--accept-changed', text, { most }, faults)),
    concurrency: wholeNumber('--concurrency', options.concurrency, { most: 1_000 }, faults),
    dryRun: options.dryRun,
  };
  if (options.yes && !options.fresh)
    faults.push({ field: '--yes', message: 'allows --fresh to drop tables, and is of no use without it' });
  const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (faults.length === 0) faults.push(...contradictions({ up: input }));
  return { input, faults };
}
