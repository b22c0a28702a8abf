import { openKeyValueStore } from 'carryover/kv';
import { openSql } from '../open-sql.js';
import { systemClock } from '../../src/system-clock.js';
import { serviceTable } from './migrations/_key-values.js';
import { keyValueReads } from './reads/key-value-reads.js';
import type { Reads } from './reads/reads.js';
import { sqlReads } from './reads/sql-reads.js';

/** A self of the service, open. */
export interface OpenReads {
  readonly reads: Reads;
  close(): Promise<void>;
}

/** The service as it was: on the tables of a `postgres://` URL, at version 2. */
export async function openSqlSelf(url: string): Promise<OpenReads> {
  const { pool, close } = await openSql(url);
  return { reads: sqlReads(pool), close };
}

/** The service as it is: on the key-value store of a `dynamodb://` or `postgres://` URL, from version 3 on. */
export async function openKeyValueSelf(url: string): Promise<OpenReads> {
  const store = await openKeyValueStore(url, { table: serviceTable });
  return { reads: keyValueReads({ store, clock: systemClock }), close: () => store.close() };
}
