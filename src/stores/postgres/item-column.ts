import type { TableDescription } from '../store.js';

/**
 * The column that holds the whole item, losslessly, in a table whose description came from another engine. Named
 * `item`, with underscores after it as long as a key column has that name.
 */
export function itemColumnName(description: Pick<TableDescription, 'key'>): string {
  const taken = new Set(description.key.map(({ name }) => name));
  let name = 'item';
  while (taken.has(name)) name += '_';
  return name;
}
