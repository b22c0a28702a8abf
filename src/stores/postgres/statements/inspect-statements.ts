import type { Fault } from '../../../errors.js';
import { isServerError, type ServerError } from '../postgres-errors.js';
import type { Session } from '../session.js';
import { refusedStatement } from './refused-statement.js';
import { serverFault, statementFault } from './statement-fault.js';
import { StatementRequest } from './statement-request.js';

/** What is known against the statements from their words alone. */
export function refusedStatements(statements: readonly string[]): Fault[] {
  return statements.flatMap((text, place) => {
    const reason = refusedStatement(text);
    return reason === undefined ? [] : [statementFault(place, text, reason)];
  });
}

/** What the server has against them before it looks at a table: it parses them, and is never asked to run them. */
export async function misspelledStatements(
  session: Session,
  statements: readonly string[],
  timeoutMs: number,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const [place, text] of statements.entries()) {
    if (refusedStatement(text) !== undefined) continue;
    const request = new StatementRequest(text, 'check');
    session.client.query(request);
    try {
      await session.within(timeoutMs, request.done);
    } catch (error) {
      if (!isServerError(error)) throw error;
      if (ofGrammar(error)) faults.push(serverFault(place, text, error));
    }
  }
  return faults;
}

/**
 * Whether the statement is wrong whatever the tables are: what an earlier statement makes, a later one does not find yet. Their
 * codes do not tell, since an INSERT with too many values is a "syntax error" too.
 */
function ofGrammar({ file, routine }: ServerError): boolean {
  return routine === 'exec_parse_message' || /(^|[\\/])(scan\.l|gram\.y|parser\.c)$/.test(file ?? '');
}
