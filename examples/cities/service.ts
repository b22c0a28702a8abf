import { openKeyValueStore, type KeyValueStore } from 'carryover/kv';
import { openDatabaseVersions } from 'carryover/versions';
import type pg from 'pg';
import { openSql } from '../open-sql.js';

/** What the service has of its database. */
export interface Service {
  /** A record for each city: the country's code, the city's id, JSON. */
  readonly cities: KeyValueStore;
  /** The tables of SQL: `countries`, and `places`, what the public may see of cities. */
  readonly sql: pg.Pool;
  /** Where the data's version is, the live names of tables, and each country's own version. */
  readonly versions: KeyValueStore;
  close(): Promise<void>;
}

/** Opens the database of a `postgres://` URL: that of `carryover.config.ts`, or another of the same form. */
export async function openService(url: string): Promise<Service> {
  const [cities, versions, sql] = await Promise.all([
    openKeyValueStore(url, { table: 'cities' }),
    openDatabaseVersions(url),
    openSql(url),
  ]);
  return {
    ...{ cities, versions, sql: sql.pool },
    async close() {
      await Promise.all([cities.close(), versions.close()]);
      await sql.close();
    },
  };
}
