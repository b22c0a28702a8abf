import pg from 'pg';
import type { PostgresPool, PostgresResult } from '../../kv/postgres-requests.js';
import { StoreClosedError } from '../../errors.js';
import { systemClock } from '../../system-clock.js';
import type { Clock } from '../../clock.js';
import { passwordClient } from './password-client.js';
import { isPassing, isServerError, translated } from './postgres-errors.js';
import { Session } from './session.js';
import { setUpSession } from './session-settings.js';
import { Turns } from './turns.js';

export interface ConnectionOptions {
  /** pg's settings, or a connection string. */
  readonly connection: pg.PoolConfig | string;
  /** Asked for the password of each new connection, where `connection` holds none. What it throws is what the caller gets. */
  readonly password?: () => Promise<string>;
  readonly schema: string;
  /** The store for people: without a password. */
  readonly location: string;
  readonly requestTimeoutMs: number;
  /** The most connections of each kind, at least 2. Default 10. */
  readonly poolSize?: number;
  readonly clock?: Clock;
}

/** After this long without work a connection is closed. A later use opens another. */
export const idleMs = 10_000;
/**
 * Connections that somebody still works with when all are to be closed are not waited for longer: a call that ends because
 * something does not answer has a second left (see beforeDeadline).
 */
const mostRestMs = 500;

/** The connections of a store: its two kinds. */
export interface StoreConnections {
  readonly reading: Connections;
  readonly writing: Connections;
}

/** Opens nothing before the first use. */
export function openConnections(options: ConnectionOptions): StoreConnections {
  return { reading: new Connections(options, 'read'), writing: new Connections(options, 'write') };
}

/**
 * Sessions of one kind: `read` ones refuse to write, whatever a mistake of ours may be. Each is set up once, before its
 * first use, whoever takes it. Opens nothing before the first use, and never more than `poolSize`.
 */
export class Connections implements PostgresPool {
  /**
   * For key-value stores beside the store's own: their statements wait in line with `use`, for the time of one request. What is
   * left for `query` is left for the lease, however many entries the service writes at once, and whatever they wait for.
   */
  readonly inTurn: PostgresPool = {
    query: (config) => this.#turns.take(() => this.query(config), config.query_timeout),
    end: () => this.close(),
  };
  #pool: pg.Pool;
  readonly #turns: Turns;
  readonly #usedAt = new WeakMap<pg.ClientBase, number>();
  #closed: Promise<void> | undefined;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly kind: 'read' | 'write',
  ) {
    const { poolSize = defaultPoolSize } = options;
    // One is left for `query`: long writes must not keep the lease, which is an entry of the key-value store, from being renewed.
    this.#turns = new Turns(kind === 'read' ? poolSize : Math.max(1, poolSize - 1));
    this.#pool = this.#open();
  }

  /** Works with one session. Who waits for one waits in line. All errors are translated; `table` names the table in them. */
  async use<T>(work: (session: Session) => Promise<T>, table?: string): Promise<T> {
    return await this.#turns.take(async () => {
      let session: Session | undefined;
      try {
        session = await this.#session();
        return await work(session);
      } catch (error) {
        throw translated(error, this.options.location, table);
      } finally {
        session?.release();
      }
    });
  }

  /** One statement, for the store's own key-value store. Errors are pg's own, but for what refuses a connection for good. */
  async query(config: Parameters<PostgresPool['query']>[0]): Promise<PostgresResult> {
    const session = await this.#session().catch((error: unknown) => {
      const fault = translated(error, this.options.location);
      // What may pass is left to the caller, who can tell whether the statement was sent.
      throw isPassing(fault) ? error : fault;
    });
    try {
      return await session.client.query(config as pg.QueryConfig<unknown[]>);
    } catch (error) {
      if (!isServerError(error)) session.breakOff(error as Error);
      throw error;
    } finally {
      session.release();
    }
  }

  /**
   * Closes the connections: those at work when their work is done. The next use opens others. For what may be frozen for hours:
   * nobody would close them meanwhile.
   */
  async rest(): Promise<void> {
    if (this.#closed !== undefined || this.#pool.totalCount === 0) return;
    const resting = this.#pool;
    this.#pool = this.#open();
    // The pool takes a connection for ended as soon as it has begun to end it; `remove` comes when its socket is closed.
    let left = resting.totalCount;
    let timer: NodeJS.Timeout | undefined;
    const gone = new Promise<void>((resolve) => {
      resting.on('remove', () => (left -= 1) === 0 && resolve());
      timer = setTimeout(resolve, mostRestMs);
    });
    void resting.end();
    await gone;
    clearTimeout(timer);
  }

  close(): Promise<void> {
    this.#closed ??= this.#pool.end();
    return this.#closed;
  }

  end(): Promise<void> {
    return this.close();
  }

  async #session(): Promise<Session> {
    const { location, requestTimeoutMs, clock = systemClock } = this.options;
    for (;;) {
      if (this.#closed !== undefined) throw new StoreClosedError(`${location} was closed`);
      const client = await this.#pool.connect();
      // The pool's own timer stands still while the machine is suspended; what was idle for so long may be cut without a word.
      const usedAt = this.#usedAt.get(client);
      if (usedAt === undefined || clock.now() - usedAt < idleMs) return new Session(client, requestTimeoutMs);
      client.release(true);
    }
  }

  #open(): pg.Pool {
    const { connection, password, schema, requestTimeoutMs, poolSize = defaultPoolSize } = this.options;
    const { clock = systemClock } = this.options;
    const pool = new pg.Pool({
      application_name: 'carryover',
      ...(typeof connection === 'string' ? { connectionString: connection } : connection),
      ...(password === undefined ? {} : { Client: passwordClient(password) }),
      max: poolSize,
      idleTimeoutMillis: idleMs,
      connectionTimeoutMillis: requestTimeoutMs,
      keepAlive: true,
      onConnect: (client: pg.ClientBase) => setUpSession(client, schema, this.kind, requestTimeoutMs),
    } as pg.PoolConfig);
    // An idle connection that is lost is replaced at its next use; without a listener the process would end.
    pool.on('error', () => undefined);
    pool.on('release', (_error, client) => this.#usedAt.set(client, clock.now()));
    return pool;
  }
}

const defaultPoolSize = 10;
