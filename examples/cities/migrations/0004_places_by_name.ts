import { rollover, type Item } from 'carryover';

/**
 * Places are found by their names: the table is built anew under a key that begins with the name, beside the live one, which
 * is read until the new one is filled and validated. Readers ask `activeTable(versions, 'places')` which one that is.
 */
export default rollover({
  table: 'places',
  key: [
    { name: 'folded', type: 'S' },
    { name: 'city', type: 'N' },
  ],
  transform: fold,
  // In case that something was overlooked, it can be looked up in the old table.
  keepOldFor: { days: 1 },
});

/** Folded like what somebody searches for: without capitals and accents. */
function fold(place: Item): Item {
  const { name } = place as { name: { S: string } };
  return { ...place, folded: { S: name.S.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase() } };
}
