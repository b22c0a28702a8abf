import { update } from 'carryover/kv';
import { registerPartition } from 'carryover/versions';
import pMap from 'p-map';
import type { Country, FirstCity } from './city-data.js';
import type { Service } from './service.js';

/** The version of the data that this code writes. */
export const writtenVersion = 1;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * Writes countries and their cities as the service did at version 1. What is there already stays as it is, so that it can
 * be called again. Returns how many cities they have.
 */
export async function fillDatabase(service: Service, countries: readonly Country[]): Promise<number> {
  await pMap(countries, (country) => fillCountry(service, country), { concurrency: 4 });
  return countries.reduce((sum, { cities }) => sum + cities.size, 0);
}

async function fillCountry({ cities, sql, versions }: Service, { code, name, cities: own }: Country): Promise<void> {
  // Before its first item: from now on migrations find this country, and know which version its data has.
  await registerPartition(versions, code, writtenVersion);
  await sql.query('INSERT INTO countries (code, name) VALUES ($1, $2) ON CONFLICT DO NOTHING', [code, name]);
  const found: [string, FirstCity][] = [...own];
  await sql.query(
    `INSERT INTO places (country, city, name, population)
      SELECT $1, city, name, population FROM unnest($2::int[], $3::text[], $4::int[]) AS given (city, name, population)
      ON CONFLICT DO NOTHING`,
    [code, found.map(([id]) => id), found.map(([, city]) => city.name), found.map(([, city]) => city.population)],
  );
  for (const [id, city] of found)
    await update(cities, bytes(code), bytes(id), (there) => there ?? bytes(JSON.stringify(city)));
}
