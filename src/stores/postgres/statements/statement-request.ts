import type pg from 'pg';

export interface StatementResult {
  /** The command tag without its numbers: `INSERT`, `CREATE TABLE`. */
  readonly command: string;
  /** Rows that were inserted, changed or deleted. */
  readonly rows: number;
}

/** Of other commands the number counts rows that were only read. `SELECT` stands for CREATE TABLE AS, where no rows come back. */
const counting = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'SELECT']);

/**
 * A statement as the extended protocol has it: one alone, whose rows are counted and thrown away as they come. `check` only
 * has the server parse it. The methods are those that pg calls with the server's messages.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
export class StatementRequest implements pg.Submittable {
  readonly done: Promise<StatementResult>;
  #resolve!: (result: StatementResult) => void;
  #reject!: (error: unknown) => void;
  #result: StatementResult = { command: '', rows: 0 };
  #gives = false;

  constructor(
    private readonly sql: string,
    private readonly purpose: 'check' | 'run',
  ) {
    this.done = new Promise((resolve, reject) => ([this.#resolve, this.#reject] = [resolve, reject]));
    this.done.catch(() => undefined);
  }

  readonly submit = (connection: pg.Connection): void => {
    connection.stream.cork();
    connection.parse({ name: '', text: this.sql, types: [] }, true);
    if (this.purpose === 'run') {
      connection.bind({}, true);
      connection.describe({ type: 'P', name: '' }, true);
      connection.execute({}, true);
    }
    connection.sync();
    connection.stream.uncork();
  };

  handleRowDescription(): void {
    this.#gives = true;
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const [, command = text, count] = /^(\D*?)(?: (?:\d+ )?(\d+))?$/.exec(text) ?? [];
    const counts = counting.has(command) && !(command === 'SELECT' && this.#gives);
    this.#result = { command, rows: counts ? Number(count) : 0 };
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }

  /** Whoever waits for rows from here waits in vain. */
  handleCopyInResponse(): void {
    this.#reject(new Error('the server asks for rows of a COPY'));
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#result);
  }

  handleDataRow(): void {
    // Its rows are nobody's.
  }

  handleCopyData(): void {
    // Nor are these.
  }

  handleEmptyQuery(): void {
    // ReadyForQuery follows.
  }

  handlePortalSuspended(): void {
    // Only a limit of rows suspends.
  }
}
