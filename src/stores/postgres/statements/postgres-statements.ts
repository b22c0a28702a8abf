import { systemClock } from '../../../system-clock.js';
import { InputError, StoreUnavailableError, type Fault } from '../../../errors.js';
import { ensureKeyValueTable } from '../../../kv/postgres-key-value-table.js';
import { isRefusal, postgresQuery } from '../../../kv/postgres-requests.js';
import type { RetryOptions } from '../../../kv/retry-policy.js';
import type { SqlStatements, Transacted, TransactOptions } from '../../sql-statements.js';
import type { ConnectionOptions, Connections } from '../connections.js';
import { keyValueTable } from '../fenced-transaction.js';
import { retrying } from '../retrying.js';
import { misspelledStatements, refusedStatements } from './inspect-statements.js';
import { transactOnce } from './transact.js';

export interface PostgresStatementsOptions extends ConnectionOptions, RetryOptions {
  readonly reading: Connections;
  readonly writing: Connections;
  /** For looks at the catalogue. */
  readonly catalogTimeoutMs: number;
  /** Called when tables may have changed. */
  onChange(): void;
}

const undefinedTable = '42P01';

export class PostgresStatements implements SqlStatements {
  constructor(private readonly options: PostgresStatementsOptions) {}

  async inspect(statements: readonly string[]): Promise<readonly Fault[]> {
    const { reading, catalogTimeoutMs } = this.options;
    const refused = refusedStatements(statements);
    const misspelled = await retrying(
      this.options,
      () => undefined,
      () => reading.use((session) => misspelledStatements(session, statements, catalogTimeoutMs)),
    );
    return [...refused, ...misspelled];
  }

  async transact(statements: readonly string[], options: TransactOptions): Promise<Transacted> {
    const refused = refusedStatements(statements);
    if (refused.length > 0) throw new InputError(refused);
    try {
      return await this.#withTable(() => this.#retried(statements, options));
    } finally {
      this.options.onChange();
    }
  }

  /** Makes the table of the marker where it is missing: a store that no run has been at home in may have none. */
  async #withTable(transact: () => Promise<Transacted>): Promise<Transacted> {
    const { writing, location, schema, requestTimeoutMs } = this.options;
    try {
      return await transact();
    } catch (error) {
      if (!isRefusal(error, undefinedTable)) throw error;
      await ensureKeyValueTable(postgresQuery(writing, location, requestTimeoutMs), schema, keyValueTable);
      return transact();
    }
  }

  #retried(statements: readonly string[], options: TransactOptions): Promise<Transacted> {
    const { writing, schema, requestTimeoutMs, clock = systemClock } = this.options;
    const ending = () => options.ending?.() ?? false;
    const cancel = (processId: string) => this.#cancel(processId);
    let tries = 0;
    const sent = () => {
      options.fence?.assertMaySend();
      tries += 1;
      if (tries > 1 && ending()) throw new StoreUnavailableError('the time of the call was over between two tries');
    };
    const watch = { clock, ending, cancel, requestTimeoutMs };
    return retrying(this.options, sent, () =>
      writing.use((session) => transactOnce(session, schema, statements, options, watch)),
    );
  }

  /** By a session that reads: the one that writes may be the only one of its kind. */
  #cancel(processId: string): Promise<void> {
    return this.options.reading.use(async (session) => {
      await session.query('SELECT pg_cancel_backend($1)', [processId]);
    });
  }
}
