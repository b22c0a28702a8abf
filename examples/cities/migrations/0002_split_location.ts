import { forEachPartition } from 'carryover';
import { changeCity, citiesOf, type City } from './_cities.js';

/** How many cities there are between two safe points: what a crash makes a large country do again at most. */
const citiesAStep = 100;

/** The location of a city, one text so far, becomes two numbers: country by country. */
export default forEachPartition({
  async *migrate(country, { openKeyValueStore }, from) {
    const cities = await openKeyValueStore('database', 'cities');
    let last = typeof from === 'string' ? from : undefined;
    let items = 0;
    for await (const { id } of citiesOf(cities, country, last)) {
      await changeCity(cities, country, id, (city) => split(id, city));
      last = id;
      items += 1;
      if (items === citiesAStep) {
        yield { cursor: last, items };
        items = 0;
      }
    }
    if (items > 0) yield { cursor: last, items };
  },

  async check(country, { openKeyValueStore }) {
    for await (const { id, city } of citiesOf(await openKeyValueStore('database', 'cities'), country))
      if (typeof city['latitude'] !== 'number') throw new Error(`city ${id} was not split`);
  },

  async count(country, { openKeyValueStore }) {
    let count = 0;
    for await (const _ of citiesOf(await openKeyValueStore('database', 'cities'), country)) count += 1;
    return count;
  },
});

/** Undefined for what was split before: it may be asked for again. */
function split(id: string, { location, revision, ...city }: City): City | undefined {
  if (location === undefined) return undefined;
  const [latitude, longitude] = String(location).split(',').map(Number.parseFloat);
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude))
    throw new Error(`city ${id} has the location ${JSON.stringify(location)}, which is no latitude and longitude`);
  return { ...city, latitude, longitude, revision: Number(revision) + 1 };
}
