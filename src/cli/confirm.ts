import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { InputError } from '../errors.js';

/** Where somebody is asked; both must be a terminal, or the question is not seen. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
}

/** Stdout belongs to the report. */
const ownTerminal: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks on the terminal whether these tables may be dropped; the answer is the word "yes". Throws InputError for any other
 * answer, Ctrl-C and the end of the input, and without a terminal one that says how to allow it.
 */
export async function confirmDrops(
  tables: readonly string[],
  location: string,
  terminal: Terminal = ownTerminal,
): Promise<void> {
  const list = tables.join(', ');
  if (!terminal.input.isTTY || !terminal.output.isTTY)
    throw refusal(`replace would drop ${list} of ${location}: give --yes to allow it without being asked`);
  const question = `These tables of ${location} will be dropped: ${list}\nType "yes" to go on: `;
  if ((await answerOn(terminal, question)).trim().toLowerCase() !== 'yes')
    throw refusal('the answer was not "yes": nothing was dropped, nothing was touched');
}

/** What was typed; empty when it was Ctrl-C, or the input ended. */
async function answerOn({ input, output }: Terminal, question: string): Promise<string> {
  const reader = createInterface({ input, output, terminal: true });
  // Which keys reject the question, and which leave it waiting for ever, differs between versions of Node.
  const closed = new Promise<undefined>((resolve) => reader.once('close', () => resolve(undefined)));
  const answer = await Promise.race([reader.question(question).catch(() => undefined), closed]);
  reader.close();
  if (answer === undefined) output.write('\n');
  return answer ?? '';
}

function refusal(message: string): InputError {
  return new InputError([{ field: '--on-existing', message }]);
}
