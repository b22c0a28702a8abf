import type { Command } from 'commander';
import type { Fault } from '../errors.js';
import type { AdHocCommand } from './ad-hoc-command.js';
import { addPackageOptions, packageDropping, packageInputOf, type PackageOptions } from './package-options.js';
import { runAdHoc } from './run-ad-hoc.js';
import { addRunOptions, fromText, given } from './run-options.js';

/** The options of `carryover import` as commander gives them. */
interface ImportOptions extends PackageOptions {
  readonly table?: string;
}

const importing: AdHocCommand<ImportOptions> = {
  name: 'import',
  stores: ['from', 'to'],
  needsMigrations: false,
  inputOf(options) {
    const faults: Fault[] = [];
    return { input: given({ table: options.table, ...packageInputOf(options, faults) }), faults };
  },
  droppingOf: packageDropping,
};

/** `carryover import`; resolves with the exit code. */
export function addImportCommand(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('import')
    .description('import exported packages into a key-value store, and validate them')
    .usage('--from <store> --to <store> [options]')
    .option('--from <store>', fromText)
    .option('--to <store>', 'the store to write (required)')
    .option('--table <name>', 'the table of the key-value store (default: key_values)');
  addRunOptions(addPackageOptions(command)).action(async (options: ImportOptions) =>
    exit(await runAdHoc(importing, options)),
  );
}
