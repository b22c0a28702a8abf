import type { Country } from '../../../examples/cities/city-data.js';
import type { Contents } from './world-contents.js';

/**
 * What becomes of these countries' records at version 5: written once when they were loaded, once when their location was
 * split, and once when they were ranked.
 */
export function expectedCities(countries: readonly Country[]): Contents['cities'] {
  return Object.fromEntries(
    countries.map(({ code, cities }) => [
      code,
      Object.fromEntries(
        [...cities].map(([id, { name, population, location }], index) => {
          const [latitude, longitude] = location.split(',').map(Number);
          return [id, { name, population, latitude, longitude, rank: index + 1, revision: 3 }];
        }),
      ),
    ]),
  );
}

/** How many of their places are carried to the directory: those in which somebody lives. */
export function publishedPlaces(countries: readonly Country[]): number {
  return countries.flatMap(({ cities }) => [...cities.values()]).filter(({ population }) => population > 0).length;
}
