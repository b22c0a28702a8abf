import { escapeIdentifier } from 'pg';
import { InputError, StoreUnavailableError } from '../../../errors.js';
import { newWriteId } from '../../../kv/conditional-write.js';
import { bytea } from '../../../kv/postgres-key-value-layout.js';
import { toStoredForm } from '../../../kv/stored-form.js';
import type { Marker } from '../../sql-statements.js';
import { keyValueTable } from '../fenced-transaction.js';
import type { Session } from '../session.js';

/** Another transaction with the same marker may be under way: it is waited for. */
const noLimit = 0;

/** The marker as the row that it is in the table of the key-value store, for one transaction. */
export class MarkerRow {
  readonly #table: string;
  readonly #place: Buffer[];

  constructor(
    schema: string,
    private readonly marker: Marker,
  ) {
    this.#table = `${escapeIdentifier(schema)}.${escapeIdentifier(keyValueTable)}`;
    this.#place = [marker.partition, marker.key].map((bytes) => bytea(toStoredForm(bytes)));
  }

  /**
   * Writes the row, unless it is there: what it holds then, undefined when it is this transaction's own now. Whoever comes
   * second waits until the first has committed or is gone.
   */
  async take(session: Session): Promise<Uint8Array | undefined> {
    const insert = `INSERT INTO ${this.#table} (partition, key, value, writes) VALUES ($1, $2, $3, $4)
      ON CONFLICT (partition, key) DO NOTHING RETURNING true`;
    const row = [...this.#place, bytea(this.marker.value(0)), [newWriteId()]];
    if ((await session.query(insert, row, noLimit)).length === 1) return undefined;
    const select = `SELECT encode(value, 'hex') FROM ${this.#table} WHERE partition = $1 AND key = $2`;
    const [[value] = []] = await session.query(select, this.#place);
    if (typeof value !== 'string') throw new StoreUnavailableError('the marker was removed while it was looked at');
    return new Uint8Array(Buffer.from(value, 'hex'));
  }

  /** Gives the row its value. Throws InputError when the statements removed it. */
  async complete(session: Session, rows: number): Promise<Uint8Array> {
    const value = this.marker.value(rows);
    const update = `UPDATE ${this.#table} SET value = $3 WHERE partition = $1 AND key = $2 RETURNING true`;
    if ((await session.query(update, [...this.#place, bytea(value)])).length === 1) return value;
    const message = 'is Carryover’s own, and the statements removed an entry from it: leave it alone; nothing was done';
    throw new InputError([{ field: `table "${keyValueTable}"`, message }]);
  }
}
