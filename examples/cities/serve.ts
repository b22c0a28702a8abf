import { assertDataVersion } from 'carryover/versions';
import project from './carryover.config.js';
import { findPlaces, readVersion } from './find-places.js';
import { openService } from './service.js';

/**
 * `node serve.js NAME`: the service as it is today. It answers when the data is at the version that its code reads, waits
 * while somebody brings it there, and refuses to start when nobody does.
 */
const name = process.argv[2] ?? 'San José';
const service = await openService(String(project.stores['database']));
try {
  await assertDataVersion(service.versions, readVersion, { timeoutMs: 10 * 60_000 });
  for (const { name: found, country, population, rank } of await findPlaces(service, name))
    process.stdout.write(`${found}, ${country}: ${population.toLocaleString('en')} people, number ${rank} there\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await service.close();
}
