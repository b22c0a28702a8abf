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

/** What somebody has to allow. */
export interface Question {
  /** The option or command that asks for it. */
  readonly field: string;
  /** What will be done, one line or more. */
  readonly text: string;
  /** The same in a part of a sentence, where nobody can be asked: `replace would drop orders of the target`. */
  readonly would: string;
  /** What holds when the answer is no. */
  readonly otherwise: string;
}

/**
 * Asks on the terminal whether something may be done; the answer is the word "yes". Throws InputError for any other
 * answer, Ctrl-C and the end of the input, and without a terminal one that says how to allow it.
 */
export async function confirm(question: Question, terminal: Terminal = ownTerminal): Promise<void> {
  const { field, text, would, otherwise } = question;
  const refusal = (message: string): InputError => new InputError([{ field, message }]);
  if (!terminal.input.isTTY || !terminal.output.isTTY)
    throw refusal(`${would}: give --yes to allow it without being asked`);
  if ((await answerOn(terminal, `${text}\nType "yes" to go on: `)).trim().toLowerCase() !== 'yes')
    throw refusal(`the answer was not "yes": ${otherwise}`);
}

/** Asks whether these tables may be dropped: see `confirm`. `what`: of the command, for the refusal. */
export async function confirmDrops(
  tables: readonly string[],
  location: string,
  { field, what }: { readonly field: string; readonly what: string },
  terminal?: Terminal,
): Promise<void> {
  const list = tables.join(', ');
  const question = {
    field,
    text: `These tables of ${location} will be dropped: ${list}`,
    would: `${what} would drop ${list} of ${location}`,
    otherwise: 'nothing was dropped, nothing was touched',
  };
  await confirm(question, terminal);
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
