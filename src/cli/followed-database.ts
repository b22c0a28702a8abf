import type { Dependencies } from '../engine/dependencies.js';
import { lookAtDatabase, type Database } from '../engine/home/open-database.js';

/**
 * The home of the project's database, and a line on stderr where that is another store than the configuration names. Reads
 * only. Throws what lookAtDatabase throws.
 */
export async function followedDatabase(deps: Pick<Dependencies, 'project' | 'openStore'>): Promise<Database> {
  const database = await lookAtDatabase(deps);
  const line = movedLine(database, deps.project.database);
  if (line !== undefined) process.stderr.write(`${line}\n`);
  return database;
}

function movedLine({ name, arrived }: Database, configured: string | undefined): string | undefined {
  if (!arrived)
    return `the database is on its way to the store "${name}": the next "carryover up" or "carryover cleanup" brings it there`;
  if (name === configured) return undefined;
  return `the version lives in the store "${name}" now: let the configuration say database: "${name}"`;
}
