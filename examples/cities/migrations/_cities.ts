import { update, type KeyValueStore } from 'carryover/kv';

/** A record as any version of the service wrote it. */
export type City = Readonly<Record<string, unknown>>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: Uint8Array): string => new TextDecoder().decode(value);

/** The cities of a country in the order of their ids, those behind `after` where it is given. */
export async function* citiesOf(
  cities: KeyValueStore,
  country: string,
  after?: string,
): AsyncGenerator<{ readonly id: string; readonly city: City }, void, undefined> {
  for await (const { key, value } of cities.scan(bytes(country), after === undefined ? undefined : bytes(after))) {
    const id = textOf(key);
    if (id !== after) yield { id, city: JSON.parse(textOf(value)) as City };
  }
}

/** Writes what `change` makes of a city, unless that is nothing; in one compare-and-set, so that it is made once. */
export async function changeCity(
  cities: KeyValueStore,
  country: string,
  id: string,
  change: (city: City) => City | undefined,
): Promise<void> {
  await update(cities, bytes(country), bytes(id), (value) => {
    const changed = value && change(JSON.parse(textOf(value)) as City);
    return changed && bytes(JSON.stringify(changed));
  });
}
