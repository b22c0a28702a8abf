import { defineProject } from 'carryover';

/**
 * The service of examples/repositories when it was younger: in tables of SQL. Its versions 1 and 2 lie in PostgreSQL, from 3 on
 * it lives in a key-value store. Both are embedded engines here: with URLs of your own servers nothing else changes.
 */
export default defineProject({
  stores: {
    sql: 'postgres://embedded?path=.carryover/repositories-in-sql/sql',
    kv: { url: 'dynamodb://embedded/service-?path=.carryover/repositories-in-sql/kv', allowReplace: true },
    archive: { url: 'archive:.carryover/repositories-in-sql/archive', allowReplace: true },
  },
  // Version, lock and history lie beside the data that they are about; they move with it.
  database: 'sql',
  // As long as it is off, the chain ends with version 2.
  flags: { keyValueStore: true },
});
