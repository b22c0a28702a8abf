import { forEachPartition } from 'carryover';
import { changeCity, citiesOf, type City } from './_cities.js';

const citiesAStep = 100;

/**
 * Each city gets its rank within its country: one country first, twenty if that went well, then all. Adding one to
 * `revision` is nothing that may be done twice: the rank, written by the same compare-and-set, says that it was done.
 */
export default forEachPartition({
  waves: [1, 20, 'all'],

  async *migrate(country, { openKeyValueStore }, from) {
    const cities = await openKeyValueStore('database', 'cities');
    const ids = await byPopulation(citiesOf(cities, country));
    const first = typeof from === 'number' ? from : 0;
    for (let done = first; done < ids.length; done += citiesAStep) {
      const step = ids.slice(done, done + citiesAStep);
      for (const [index, id] of step.entries())
        await changeCity(cities, country, id, ({ revision, ...city }) =>
          'rank' in city ? undefined : { ...city, rank: done + index + 1, revision: Number(revision) + 1 },
        );
      yield { cursor: done + step.length, items: step.length };
    }
  },
});

/** A country has some ten thousand cities at most: their ids fit into memory. */
async function byPopulation(cities: AsyncIterable<{ id: string; city: City }>): Promise<string[]> {
  const found: { id: string; population: number }[] = [];
  for await (const { id, city } of cities) found.push({ id, population: Number(city['population']) });
  return found.sort((a, b) => b.population - a.population || Number(a.id) - Number(b.id)).map(({ id }) => id);
}
