import { Command } from 'commander';
import { addBaselineCommand } from './baseline-command.js';
import { addCleanupCommand } from './cleanup-command.js';
import { addCopyCommand } from './copy-command.js';
import { addExportCommand } from './export-command.js';
import { addHistoryCommand } from './history-command.js';
import { addImportCommand } from './import-command.js';
import { addInitCommand } from './init-command.js';
import { addNewCommand } from './new-command.js';
import { addParkCommand } from './park-command.js';
import { addStatusCommand } from './status-command.js';
import { addUnlockCommand } from './unlock-command.js';
import { addUpCommand } from './up-command.js';
import { addVersionCommand } from './version-command.js';

const exitCodeHelp = `
Exit codes:
  0  done and validated
  1  validation found differences
  2  bad input or configuration; nothing was touched
  3  the run failed; the same command goes on where it stopped
  4  another run owns the target`;

/** The command line. `exit` is told the exit code of the command that ran. Its help is the source of docs/cli.md. */
export function createProgram(version: string, exit: (code: number) => void): Command {
  const program = new Command('carryover')
    .description('Carries the data of a service from one store to another, chunk by chunk, validated, resumable.')
    .version(version)
    .showHelpAfterError('Run with --help for the options.')
    .exitOverride()
    .configureHelp({ helpWidth: 100 })
    .addHelpText('after', exitCodeHelp);
  addInitCommand(program, exit);
  addNewCommand(program, exit);
  addUpCommand(program, exit);
  addVersionCommand(program, exit);
  addHistoryCommand(program, exit);
  addBaselineCommand(program, exit);
  addParkCommand(program, exit);
  addUnlockCommand(program, exit);
  addCleanupCommand(program, exit);
  addCopyCommand(program, exit);
  addExportCommand(program, exit);
  addImportCommand(program, exit);
  addStatusCommand(program, exit);
  for (const command of program.commands) command.copyInheritedSettings(program).addHelpText('after', exitCodeHelp);
  return program;
}
