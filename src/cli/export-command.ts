import type { Command } from 'commander';
import type { Fault } from '../errors.js';
import type { AdHocCommand } from './ad-hoc-command.js';
import { addPackageOptions, packageDropping, packageInputOf, type PackageOptions } from './package-options.js';
import { runAdHoc } from './run-ad-hoc.js';
import { addRunOptions, given } from './run-options.js';
import { wholeNumber } from './whole-number.js';

/** The options of `carryover export` as commander gives them. */
interface ExportOptions extends PackageOptions {
  readonly migration?: string;
}

const exporting: AdHocCommand<ExportOptions> = {
  name: 'export',
  stores: ['to'],
  needsMigrations: true,
  inputOf(options) {
    const faults: Fault[] = [];
    const version = wholeNumber('--migration', options.migration, { most: 9_999_999_999 }, faults);
    return { input: given({ version, ...packageInputOf(options, faults) }), faults };
  },
  droppingOf: packageDropping,
};

/** `carryover export`; resolves with the exit code. */
export function addExportCommand(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('export')
    .description('export the packages of a migration into a store, an archive as a rule, and validate them')
    .usage('--to <store> [options]')
    .option('--to <store>', 'the store to write: a URL, or a name that carryover.config.ts declares (required)')
    .option('--migration <n>', 'the one whose packages are exported (default: the only one that has any)');
  addRunOptions(addPackageOptions(command), {
    config: 'the project configuration (default: carryover.config.ts)',
  }).action(async (options: ExportOptions) => exit(await runAdHoc(exporting, options)));
}
