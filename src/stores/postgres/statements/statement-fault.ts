import type { Fault } from '../../../errors.js';
import { statementTitle } from '../../statement-title.js';
import type { ServerError } from '../postgres-errors.js';

const longestText = 500;

/** `place` counts from 0. */
export function statementFault(place: number, text: unknown, message: string): Fault {
  const title = typeof text === 'string' ? statementTitle(text) : '';
  return { field: `statement ${place + 1}`, message: title === '' ? message : `"${title}" ${message}` };
}

/** What PostgreSQL has against a statement, with its detail, its hint and where it is. */
export function serverFault(place: number, text: string, error: ServerError): Fault {
  if (isSeveral(error)) return statementFault(place, text, 'is several statements: give each a text of its own');
  const at = error.position === undefined ? '' : ` at ${placeIn(text, Number(error.position))}`;
  return statementFault(place, text, `fails${at}: ${said(error)}`);
}

/** What PostgreSQL has against constraints and triggers that were deferred. */
export function deferredFault(error: ServerError): Fault {
  return { field: 'what was deferred to the commit', message: `fails: ${said(error)}` };
}

function said({ message, code, detail, hint }: ServerError): string {
  const more = [
    ...(detail === undefined ? [] : [`detail: ${detail.slice(0, longestText)}`]),
    ...(hint === undefined ? [] : [`hint: ${hint.slice(0, longestText)}`]),
  ];
  return [`${message} (${code})`, ...more].join('; ');
}

/** The extended protocol takes one statement in a request; the error has no code of its own. */
function isSeveral({ code, routine, position }: ServerError): boolean {
  return code === '42601' && routine === 'exec_parse_message' && position === undefined;
}

/** PostgreSQL counts characters, from 1. */
function placeIn(text: string, position: number): string {
  const before = [...text]
    .slice(0, position - 1)
    .join('')
    .split('\n');
  return `line ${before.length}, character ${[...(before.at(-1) ?? '')].length + 1}`;
}
