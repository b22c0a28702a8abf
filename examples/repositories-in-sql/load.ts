import { assertDataVersion, openDatabaseVersions } from 'carryover/versions';
import project from './carryover.config.js';
import { fillDatabase, writtenVersion } from './fill-database.js';
import { openSql } from '../open-sql.js';

/** `node load.js [N]`: fills the tables with N synsets a repository at most, all by default, as the service did at version 1. */
const url = String(project.stores['sql']);
const synsets = process.argv[2] === undefined ? Infinity : Number(process.argv[2]);
const versions = await openDatabaseVersions(url);
const sql = await openSql(url);
try {
  await assertDataVersion(versions, writtenVersion);
  const connection = await sql.pool.connect();
  const counts = await fillDatabase(connection, { slice: { synsets } });
  connection.release();
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  process.stdout.write(`${rows.toLocaleString('en')} rows in ${Object.keys(counts).length} tables\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await versions.close();
  await sql.close();
}
