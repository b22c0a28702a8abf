import { defineProject } from 'carryover';

/**
 * A service that knows the cities of the world, a tenant a country. Its data lies in PostgreSQL; what the public may see of
 * it is carried to DynamoDB. Both are embedded engines here: with URLs of your own servers nothing else changes.
 */
export default defineProject({
  stores: {
    database: 'postgres://embedded?path=.carryover/cities/database',
    directory: { url: 'dynamodb://embedded/cities-?path=.carryover/cities/directory', allowReplace: true },
  },
  // Version, lock and history lie beside the data that they are about.
  database: 'database',
  // The public directory is behind a flag: 0003_publish_places.ts and all that follows wait until it is on.
  flags: { publicDirectory: true },
  settings: { concurrency: 4, leaseMs: 10_000 },
});
