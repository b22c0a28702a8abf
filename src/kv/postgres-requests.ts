import pg from 'pg';
import { CarryoverError, ThrottledError } from '../errors.js';
import { noAnswer } from './key-value-driver.js';

/** What is used of pg's `Pool`, or of what does the same. Said here, since the types of pg, which this package's own would need, do not come with pg. */
export interface PostgresPool {
  query(query: {
    readonly text: string;
    readonly values: unknown[];
    /** How values are parsed. */
    readonly types: object;
    readonly query_timeout: number;
  }): Promise<PostgresResult>;
  end(): Promise<void>;
}

export interface PostgresResult {
  readonly rows: readonly Record<string, unknown>[];
  readonly rowCount: number | null;
}

export type PostgresQuery = (text: string, values: unknown[]) => Promise<PostgresResult>;

/**
 * SQLSTATEs after which nothing was done and trying again may help: insufficient resources, serialization failure,
 * deadlock, lock not available, statement cancelled by its timeout, server starting up.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const passing = /^(53...|40001|40P01|55P03|57014|57P03)$/;
/** Connection exceptions, and a server that is shut down or crashed: the answer is lost. */
const disconnected = /^(08...|57P01|57P02|57P05)$/;

/** Sends a statement once, over a connection of the pool. Throws what KeyValueDriver says; refusals keep pg's error. */
export function postgresQuery(pool: PostgresPool, location: string, timeoutMs: number): PostgresQuery {
  return async (text, values) => {
    // The pool's owner may parse types otherwise: bytea and text[] are to be what pg makes of them.
    const query = { text, values, types: pg.types, query_timeout: timeoutMs };
    // The limit of pg ends a query that was sent, with its connection; the other one also counts the wait for a connection.
    const overall = timeout(timeoutMs + 100);
    try {
      return await Promise.race([pool.query(query), overall.expired]);
    } catch (error) {
      throw translated(error, location);
    } finally {
      overall.clear();
    }
  };
}

/** Whether the engine refused with one of these SQLSTATEs. */
export function isRefusal(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'severity' in error && 'code' in error && codes.includes(String(error.code));
}

function timeout(ms: number): { expired: Promise<never>; clear: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return { expired, clear: () => clearTimeout(timer) };
}

function translated(error: unknown, location: string): unknown {
  if (!(error instanceof Error)) return noAnswer(location, error);
  // What the pool has said already: that it was closed, that its user is refused.
  if (error instanceof TypeError || error instanceof CarryoverError) return error;
  // pg's DatabaseError alone has a severity; its class may come from another copy of the package.
  if (!('severity' in error && 'code' in error)) return noAnswer(location, error);
  const code = String(error.code);
  if (passing.test(code))
    return new ThrottledError(`${location} asks to try later: ${error.message}`, { cause: error });
  return disconnected.test(code) ? noAnswer(location, error) : error;
}
