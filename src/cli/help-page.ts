import type { Command } from 'commander';
import { createProgram } from './program.js';

/** The command line's page of the documents, Markdown: what `--help` prints, a section a command. */
export function helpPage(): string {
  const program = createProgram('', () => undefined);
  const sections = [program, ...program.commands.filter((command) => command.name() !== 'help')];
  return [
    '# The command line',
    'What `--help` prints. This page is made from it by `npm run docs`.',
    ...sections.map((command) => `## ${fullName(command)}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``),
  ]
    .join('\n\n')
    .concat('\n');
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
}

function helpOf(command: Command): string {
  const written: string[] = [];
  command.configureOutput({ writeOut: (text) => written.push(text), getOutHasColors: () => false }).outputHelp();
  return written.join('').trim();
}
