import type pg from 'pg';

/**
 * What the text of values depends on, and what may come between: set here because a role, a database or the connection
 * string may have set it otherwise. Texts are to be read by any other server, whatever its settings are.
 */
function sessionSettings(kind: 'read' | 'write', requestTimeoutMs: number): readonly (readonly [string, string])[] {
  return [
    ['DateStyle', 'ISO, YMD'],
    ['IntervalStyle', 'iso_8601'],
    ['TimeZone', 'UTC'],
    // The shortest text that gives the same float again.
    ['extra_float_digits', '1'],
    ['bytea_output', 'hex'],
    ['xmloption', 'content'],
    // Money is an integer whose text depends on the locale.
    ['lc_monetary', 'C'],
    ['client_encoding', 'UTF8'],
    ['standard_conforming_strings', 'on'],
    ['array_nulls', 'on'],
    // A policy that hides rows makes an error instead of a table that seems to be smaller.
    ['row_security', 'off'],
    ['default_transaction_isolation', 'read committed'],
    ['default_transaction_read_only', kind === 'read' ? 'on' : 'off'],
    // Long work (an index, a constraint) is limited by nobody, requests by the client.
    ['statement_timeout', '0'],
    ['lock_timeout', '0'],
    // A client that vanished in the middle of a transaction must not hold the state entry's lock.
    ['idle_in_transaction_session_timeout', String(requestTimeoutMs * 2)],
  ];
}

/**
 * `search_path` is the schema and then the schemas of extensions: operators are found by name, and without citext's own,
 * a page would be cut by text's order where the index has citext's. Everything else is named with its schema.
 */
export async function setUpSession(
  client: pg.ClientBase,
  schema: string,
  kind: 'read' | 'write',
  requestTimeoutMs: number,
): Promise<void> {
  const settings = sessionSettings(kind, requestTimeoutMs);
  const calls = settings.map((_, at) => `set_config($${at * 2 + 2}, $${at * 2 + 3}, false)`);
  const text = `SELECT ${calls.join(', ')}, set_config('search_path', ${searchPath}, false),
    set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on'
      ELSE current_setting('synchronous_commit') END, false)`;
  await client.query({ text, values: [schema, ...settings.flat()], query_timeout: requestTimeoutMs } as pg.QueryConfig);
}

const searchPath = `quote_ident($1) || coalesce((SELECT string_agg(DISTINCT ', ' || quote_ident(nspname), '')
  FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE nspname NOT IN ('pg_catalog', $1)), '')`;
