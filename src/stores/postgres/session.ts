import type pg from 'pg';
import { StoreUnavailableError } from '../../errors.js';

/** Rows as arrays of the values' text, as the server wrote it: no parser comes between, so nothing is rounded. */
export type TextRow = readonly (string | null)[];

/** pg would make numbers and dates of texts, and lose digits and microseconds. */
export const textTypes = { getTypeParser: () => (text: unknown) => text };

/**
 * One connection while somebody works with it. A request that is not answered in time, or a connection that was cut,
 * makes it useless: it is closed then and never used again, since nobody knows where in the protocol it is.
 */
export class Session {
  #lost: Error | undefined;
  readonly #onError = (error: Error) => {
    this.#lost ??= error;
  };

  constructor(
    /** For pg-copy-streams and the catalog alone; everything else goes through `query`. */
    readonly client: pg.PoolClient,
    readonly requestTimeoutMs: number,
  ) {
    client.on('error', this.#onError);
  }

  /** Gives the connection up, whatever is under way on it. */
  breakOff(reason: Error): void {
    this.#lost ??= reason;
  }

  async query(text: string, values: readonly unknown[] = [], timeoutMs = this.requestTimeoutMs): Promise<TextRow[]> {
    const config = { text, values: [...values], rowMode: 'array' as const, types: textTypes };
    const result = await this.within(timeoutMs, this.client.query(config));
    return result.rows as unknown as TextRow[];
  }

  /** Throws unless the server says that the transaction was committed: one that had failed is answered with ROLLBACK. */
  async commit(): Promise<void> {
    const { command } = await this.within(this.requestTimeoutMs, this.client.query('COMMIT'));
    if (command !== 'COMMIT') throw new StoreUnavailableError(`the server answered COMMIT with ${command}`);
  }

  /** `work`, or a StoreUnavailableError when it takes longer or the connection is lost meanwhile. 0: no limit. */
  async within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
    if (this.#lost !== undefined) {
      work.catch(() => undefined);
      throw new StoreUnavailableError('the connection was lost', { cause: this.#lost });
    }
    if (timeoutMs === 0) return work;
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new StoreUnavailableError(`no answer within ${timeoutMs} ms`);
        this.breakOff(error);
        reject(error);
      }, timeoutMs);
    });
    try {
      return await Promise.race([work, expired]);
    } finally {
      clearTimeout(timer);
      work.catch(() => undefined);
    }
  }

  /** Gives the connection back, or closes it when it is not in its ground state. */
  release(): void {
    const idle = this.client.getTransactionStatus() === 'I';
    this.client.release(this.#lost ?? !idle);
    this.client.removeListener('error', this.#onError);
  }
}
