import type { Command } from 'commander';
import type { Fault } from '../errors.js';
import type { AdHocOptions } from './ad-hoc-command.js';
import { freshStart, type Dropping } from './allowed-input.js';
import { commaList, runInputOf } from './run-options.js';

/** What `export` and `import` have in common, as commander gives it. */
export interface PackageOptions extends AdHocOptions {
  readonly packages?: string;
}

export function addPackageOptions(command: Command): Command {
  return command
    .option('--packages <names>', 'only these packages, separated by commas (default: all)')
    .option('--yes', 'with --fresh: drop without asking')
    .option('--concurrency <n>', 'how many units are worked on at a time');
}

/** Its fields of an execution's input. */
export function packageInputOf(options: PackageOptions, faults: Fault[]): Record<string, unknown> {
  if (options.yes && !options.fresh)
    faults.push({ field: '--yes', message: 'allows --fresh to drop tables, and is of no use without it' });
  return {
    packages: commaList('--packages', options.packages, faults, 'refs,users'),
    ...runInputOf(options, faults),
  };
}

/** A fresh start is asked for by name. */
export function packageDropping({ fresh }: PackageOptions): Dropping | undefined {
  return fresh ? freshStart : undefined;
}
