import type { Command } from 'commander';
import type { AdHocCommand } from './ad-hoc-command.js';
import type { Dropping } from './allowed-input.js';
import { addCopyOptions, copyInputOf, type CopyOptions } from './copy-options.js';
import { runAdHoc } from './run-ad-hoc.js';

/** The tables that take the place of others. */
const replacing: Dropping = {
  field: '--on-existing',
  what: 'replace',
  tablesOf: ({ tables }) => tables.filter(({ target }) => target === 'existing').map(({ table }) => table),
  allowed: (replace) => ({ replace }),
};

const copying: AdHocCommand<CopyOptions> = {
  name: 'copy',
  stores: ['from', 'to'],
  needsMigrations: false,
  inputOf: copyInputOf,
  droppingOf: ({ onExisting }) => (onExisting === 'replace' ? replacing : undefined),
};

/** `carryover copy`; resolves with the exit code. */
export function addCopyCommand(program: Command, exit: (code: number) => void): void {
  addCopyOptions(
    program.command('copy').description('carry tables from one store to another, and validate them'),
  ).action(async (options: CopyOptions) => exit(await runAdHoc(copying, options)));
}
