import pg from 'pg';
import { StoreClosedError } from '../../errors.js';
import { translated } from './postgres-errors.js';
import { Session } from './session.js';

export interface ConnectionOptions {
  /** pg's settings, or a connection string. */
  readonly connection: pg.PoolConfig | string;
  readonly schema: string;
  /** The store for people: without a password. */
  readonly location: string;
  readonly requestTimeoutMs: number;
}

/**
 * Sessions of one kind: `read` ones refuse to write, whatever a mistake of ours may be. Each is set up once, before its
 * first use, whoever takes it. Opens nothing before the first use.
 */
export class Connections {
  readonly pool: pg.Pool;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly options: ConnectionOptions,
    kind: 'read' | 'write',
  ) {
    const { connection, requestTimeoutMs } = options;
    this.pool = new pg.Pool({
      max: 10,
      application_name: 'carryover',
      ...(typeof connection === 'string' ? { connectionString: connection } : connection),
      connectionTimeoutMillis: requestTimeoutMs,
      keepAlive: true,
      onConnect: (client: pg.ClientBase) => setUp(client, options.schema, kind, requestTimeoutMs),
    } as pg.PoolConfig);
    // An idle connection that is lost is replaced at its next use; without a listener the process would end.
    this.pool.on('error', () => undefined);
  }

  /** Works with one session. All errors are translated; `table` names the table in them. */
  async use<T>(work: (session: Session) => Promise<T>, table?: string): Promise<T> {
    if (this.#closed !== undefined) throw new StoreClosedError(`${this.options.location} was closed`);
    let session: Session | undefined;
    try {
      session = new Session(await this.pool.connect(), this.options.requestTimeoutMs);
      return await work(session);
    } catch (error) {
      throw translated(error, this.options.location, table);
    } finally {
      session?.release();
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.pool.end();
    return this.#closed;
  }
}

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
async function setUp(
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
