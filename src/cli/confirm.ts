import { createInterface } from 'node:readline/promises';
import { InputError } from '../errors.js';

/**
 * Asks on the terminal whether these tables may be dropped; the answer is the word "yes". Without a terminal it throws
 * InputError that says how to allow it.
 */
export async function confirmDrops(tables: readonly string[], location: string): Promise<void> {
  const list = tables.join(', ');
  if (!process.stdin.isTTY)
    throw new InputError([
      {
        field: '--on-existing',
        message: `replace would drop ${list} of ${location}: give --yes to allow it without being asked`,
      },
    ]);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      `These tables of ${location} will be dropped: ${list}\nType "yes" to go on: `,
    );
    if (answer.trim() === 'yes') return;
  } finally {
    terminal.close();
  }
  throw new InputError([
    { field: '--on-existing', message: 'the tables were not allowed to be dropped; nothing was touched' },
  ]);
}
