import { copyTables, type Item } from 'carryover';

/**
 * Countries and places are carried to DynamoDB, where the public reads them. Validation compares what came of them with
 * what `publish` makes of each place. What is there already is a copy that anybody may make again: it is replaced.
 */
export default copyTables({
  from: 'database',
  to: 'directory',
  tables: ['countries', 'places'],
  changes: { places: { transform: publish } },
  onExisting: 'replace',
  replace: ['countries', 'places'],
  when: 'publicDirectory',
});

/** Nobody lives in some places of the data set: they are left out. A name that begins with a letter is listed under it. */
function publish(place: Item): Item | undefined {
  const { population, name } = place as { population: { N: string }; name: { S: string } };
  if (population.N === '0') return undefined;
  const initial = name.S.normalize('NFD').slice(0, 1).toUpperCase();
  return { ...place, initial: { S: /^\p{L}$/u.test(initial) ? initial : '#' } };
}
