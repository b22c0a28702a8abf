import { statementWords } from './statement-words.js';

/** No statement that is refused has its telling words further behind. */
const wordsRead = 200;

const transactional = 'begins, ends or changes the transaction, which is one for all statements: leave it out';
const alone = 'cannot run in a transaction: run it by hand, outside of migrations';

/** What the words of a statement must not be, and why. What is not listed and cannot run either, the server refuses. */
const refusals: readonly (readonly [RegExp, string])[] = [
  [/^(BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE TRANSACTION)\b/, transactional],
  [/^SET (LOCAL |SESSION )?(TRANSACTION|CHARACTERISTICS)\b/, transactional],
  [/^(VACUUM|ALTER SYSTEM|DISCARD ALL|(CREATE|DROP) (DATABASE|TABLESPACE))\b/, alone],
  [/^ALTER DATABASE .*SET TABLESPACE\b/, alone],
  [/^(CREATE (UNIQUE )?INDEX|DROP INDEX|REINDEX|ALTER TABLE .*DETACH PARTITION) (.* )?CONCURRENTLY\b/, alone],
  [/^REINDEX (VERBOSE )?(SCHEMA|DATABASE|SYSTEM)\b/, alone],
  [
    /^COPY .*(FROM STDIN|TO STDOUT)\b/,
    'reads or writes rows beside the statement, where there are none: write INSERT, or read a file of the server',
  ],
];

/**
 * Why a statement cannot be one of a transaction, by its words alone; undefined when nothing is known against it. The server
 * takes one statement in a request, blanks and semicolons around it left aside, so that nothing hides behind the first one.
 */
export function refusedStatement(text: unknown): string | undefined {
  if (typeof text !== 'string') return `is ${text === null ? 'null' : typeof text}, and must be a text of SQL`;
  if (text.includes('\u0000')) return 'holds the character U+0000, which PostgreSQL takes for the end of the statement';
  if (!text.isWellFormed()) return 'holds half a surrogate pair, which is no Unicode';
  const words = firstWords(text);
  if (words === '') return 'is empty';
  return refusals.find(([pattern]) => pattern.test(words))?.[1];
}

function firstWords(text: string): string {
  const words: string[] = [];
  for (const word of statementWords(text)) if (words.push(word) === wordsRead) break;
  return words.join(' ');
}
