import { inspect } from 'node:util';
import { isErrorLike } from '../../error-like.js';
import { shortened } from '../../shortened-text.js';

/** An error as it is recorded. */
export interface FailureText {
  readonly name: string;
  readonly message: string;
}

/** Characters that are kept: an error's text has no bound of its own. */
const longestName = 100;
const longestMessage = 2_000;

/** The name and message of whatever was thrown, which may be no error, or one that does not even let itself be read. */
export function failureText(thrown: unknown): FailureText {
  try {
    if (!isErrorLike(thrown)) return { name: 'Error', message: shortened(`it threw ${shown(thrown)}`, longestMessage) };
    return {
      name: shortened(String(thrown.name), longestName),
      message: shortened(String(thrown.message), longestMessage),
    };
  } catch {
    return { name: 'Error', message: 'it threw what cannot be read' };
  }
}

function shown(thrown: unknown): string {
  return inspect(thrown, { depth: 1, maxArrayLength: 10, maxStringLength: longestMessage });
}
