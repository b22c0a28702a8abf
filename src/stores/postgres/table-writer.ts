import { escapeIdentifier } from 'pg';
import type { RetryOptions } from '../../kv/retry-policy.js';
import type { Item } from '../item.js';
import type { Fence, Usage, Writer } from '../store.js';
import type { Connections } from './connections.js';
import { copyLine, copyLines } from './copy-lines.js';
import { fencedTransaction } from './fenced-transaction.js';
import type { Layout } from './layout.js';
import { isServerError } from './postgres-errors.js';
import { refusedItem, refusedRow } from './refused-row.js';
import { retrying } from './retrying.js';
import type { Session } from './session.js';
import { upsertStatements } from './upsert-statements.js';

export interface Writing {
  readonly connections: Connections;
  readonly layout: () => Promise<Layout>;
  readonly fence: Fence | undefined;
  readonly retry: RetryOptions;
}

/** A good transaction: its own cost is small beside its rows', and it is sent well within the time of a request. */
const fullRows = 5_000;
const fullBytes = 8 * 1024 * 1024;
const uniqueViolation = '23505';

/**
 * Gathers rows and sends them as one transaction: by COPY straight into the table, and when a row of some key is there
 * already, all over again through a temporary table. Holds no connection in between.
 */
export class TableWriter implements Writer {
  #lines: string[] = [];
  #sizeBytes = 0;
  #requests = 0;
  readonly #way = new Way();

  constructor(private readonly writing: Writing) {}

  get full(): boolean {
    return this.#lines.length >= fullRows || this.#sizeBytes >= fullBytes;
  }

  async write(items: readonly Item[]): Promise<void> {
    const layout = await this.writing.layout();
    for (const item of items) {
      const line = copyLine(rowOf(layout, item));
      this.#lines.push(line);
      this.#sizeBytes += line.length + 1;
      // Whoever does not flush at `full` must not fill the memory; what is sent early is only durable early.
      if (this.#lines.length >= fullRows * 2 || this.#sizeBytes >= fullBytes * 2) await this.#send(layout);
    }
  }

  async flush(): Promise<Usage> {
    if (this.#lines.length > 0) await this.#send(await this.writing.layout());
    const usage = { requests: this.#requests, readUnits: 0, writeUnits: 0 };
    this.#requests = 0;
    return usage;
  }

  abandon(): Promise<void> {
    this.#forget();
    return Promise.resolve();
  }

  async #send(layout: Layout): Promise<void> {
    const { connections, fence, retry } = this.writing;
    const sent = () => {
      fence?.assertMaySend();
      this.#requests += 1;
    };
    await retrying(retry, sent, () => connections.use((session) => this.#once(session, layout), layout.table));
    this.#forget();
  }

  async #once(session: Session, layout: Layout): Promise<void> {
    try {
      if (this.#way.isStraight() && (await this.#insert(session, layout))) return;
      await this.#upsert(session, layout);
    } catch (error) {
      throw refusedRow(error, layout, this.#lines);
    }
  }

  /** False, with nothing written, when a key is there already. */
  async #insert(session: Session, layout: Layout): Promise<boolean> {
    const sql = `COPY ${layout.name} (${layout.form.written.map(escapeIdentifier).join(', ')}) FROM STDIN`;
    try {
      await this.#transaction(session, layout, () => copyLines(session, sql, this.#lines, this.#sizeBytes));
    } catch (error) {
      if (!isServerError(error) || error.code !== uniqueViolation) throw error;
      this.#way.met();
      return false;
    }
    this.#way.passed();
    return true;
  }

  async #upsert(session: Session, layout: Layout): Promise<void> {
    const { stage, copy, merge } = upsertStatements(layout);
    await this.#transaction(session, layout, async () => {
      await session.query(stage);
      await copyLines(session, copy, this.#numberedLines(), this.#sizeBytes);
      for (const statement of merge) await session.query(statement);
    });
  }

  *#numberedLines(): Generator<string> {
    for (const [place, line] of this.#lines.entries()) yield `${place}\t${line}`;
  }

  #transaction(session: Session, layout: Layout, work: () => Promise<void>): Promise<void> {
    return fencedTransaction(session, layout.schema, this.writing.fence, work);
  }

  #forget(): void {
    this.#lines = [];
    this.#sizeBytes = 0;
  }
}

/**
 * Which way a batch goes. Into a table that was empty every batch goes straight; after a crash a few do not; into a full
 * one none does, and to try each time would double the work. After each miss twice as many batches take the detour.
 */
class Way {
  #detours = 0;
  #misses = 0;

  /** Asked once a batch. */
  isStraight(): boolean {
    if (this.#detours === 0) return true;
    this.#detours -= 1;
    return false;
  }

  met(): void {
    this.#misses = Math.min(this.#misses + 1, 6);
    this.#detours = 2 ** this.#misses - 2;
  }

  passed(): void {
    this.#misses = 0;
  }
}

function rowOf(layout: Layout, item: Item): (string | null)[] {
  try {
    return layout.form.toRow(item);
  } catch (error) {
    throw refusedItem(error, layout, item);
  }
}
