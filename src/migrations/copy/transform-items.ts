import type { Item } from '../../stores/item.js';
import type { CopyContext } from './copy-context.js';
import { changeOf, type TableChange } from './table-changes.js';

/** What the target must hold of these items; `table` is its name there. */
export async function transformItems(
  { changes }: CopyContext,
  table: string,
  items: readonly Item[],
): Promise<readonly Item[]> {
  const source = Object.keys(changes).find((name) => (changeOf(changes, name).as ?? name) === table) ?? table;
  return await transformed(changeOf(changes, source), items);
}

/** What becomes of these items. */
export async function transformed({ transform }: TableChange, items: readonly Item[]): Promise<readonly Item[]> {
  if (transform === undefined) return items;
  const made: Item[] = [];
  for (const item of items) {
    const output = await transform(item);
    if (output !== undefined) made.push(...(Array.isArray(output) ? (output as Item[]) : [output as Item]));
  }
  return made;
}
