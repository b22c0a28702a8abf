import { assertDataVersion } from 'carryover/versions';
import project from './carryover.config.js';
import { countries } from './city-data.js';
import { fillDatabase, writtenVersion } from './fill-database.js';
import { openService } from './service.js';

/** `node load-cities.js [N]`: fills the database with N cities a country at most, as the service did at version 1. */
const citiesAtMost = Number(process.argv[2] ?? 20);
const service = await openService(String(project.stores['database']));
try {
  await assertDataVersion(service.versions, writtenVersion);
  const all = countries(citiesAtMost);
  const loaded = await fillDatabase(service, all);
  process.stdout.write(`${loaded} cities of ${all.length} countries\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await service.close();
}
