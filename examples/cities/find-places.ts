import { activeTable } from 'carryover/versions';
import type { Service } from './service.js';

/** The version of the data that this code reads. */
export const readVersion = 5;

export interface FoundPlace {
  readonly name: string;
  readonly country: string;
  readonly population: number;
  /** Among the cities of its country. */
  readonly rank: number;
}

/** The places of this name, whatever its capitals and accents, the most populous first. */
export async function findPlaces({ sql, versions, cities }: Service, name: string): Promise<FoundPlace[]> {
  // Asked for before each request: another version of the data may have another table by then.
  const table = await activeTable(versions, 'places');
  const { rows } = await sql.query<{ code: string; country: string; city: string; name: string; population: number }>(
    // Beside the new key the table has its places whole, in the JSON of DynamoDB.
    `SELECT code, countries.name AS country, city::text, item->'name'->>'S' AS name,
        (item->'population'->>'N')::int AS population
      FROM "${table}" JOIN countries ON code = item->'country'->>'S'
      WHERE folded = $1 ORDER BY population DESC, city`,
    [folded(name)],
  );
  return await Promise.all(
    rows.map(async ({ code, city, ...place }) => {
      const record = await cities.get(new TextEncoder().encode(code), new TextEncoder().encode(city));
      const { rank } = JSON.parse(new TextDecoder().decode(record?.value)) as { rank: number };
      return { ...place, rank };
    }),
  );
}

/** As `0004_places_by_name.ts` folds the names of places. */
function folded(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
