import type { Item } from '../item.js';
import type { KeyColumn, TableDescription } from '../store.js';
import { logicalBytes, logicalText, storedBytes, storedText } from './empty-key.js';
import { refused } from './refused-item.js';
import { decodeSortKey, encodeSortKey } from './sort-key.js';

/** How the items of a table lie in DynamoDB: as they are, or, when the table came from another engine, in a form of their own. */
export interface TableForm {
  /** The primary key that the table has in DynamoDB: hash, and range if there is one. */
  readonly storedKey: readonly KeyColumn[];
  /** The item as it is stored. Throws ItemRefusedError for what cannot be. Works on whole items and on keys alone. */
  store(item: Item): Item;
  /** The item that was given to `store`. Throws CorruptDataError for a sort key that `store` did not write. */
  restore(item: Item): Item;
}

/** The form of a table of this logical description. */
export function formOf(description: Pick<TableDescription, 'name' | 'key' | 'origin'>): TableForm {
  const { key } = description;
  if (description.origin.engine === 'dynamodb') return asItIs(key);
  return key.length <= 2 ? withoutEmptyKeys(description.name, key) : withSortKey(description.name, key);
}

/**
 * The attribute that holds the key columns beyond the first when these are more than one: their names joined by `+`, so
 * that the console shows what it is.
 */
export function sortKeyName(key: readonly KeyColumn[]): string {
  const joined = key
    .slice(1)
    .map(({ name }) => name)
    .join('+');
  const longestName = 255;
  let name = Buffer.byteLength(joined) <= longestName - key.length ? joined : 'sort-key';
  while (key.some((column) => column.name === name)) name += '+';
  return name;
}

function asItIs(key: readonly KeyColumn[]): TableForm {
  return { storedKey: key, store: (item) => item, restore: (item) => item };
}

/** One or two columns: attributes of the same names and types. */
function withoutEmptyKeys(table: string, key: readonly KeyColumn[]): TableForm {
  return {
    storedKey: key,
    store: (item) => key.reduce((changed, column) => storeColumn(table, changed, column), item),
    restore: (item) => key.reduce(restoreColumn, item),
  };
}

/** Three columns or more: the first, and one sort key that holds the others, which are not stored a second time. */
function withSortKey(table: string, key: readonly KeyColumn[]): TableForm {
  const [first, ...rest] = key as [KeyColumn, ...KeyColumn[]];
  const sortName = sortKeyName(key);
  const restNames = new Set(rest.map(({ name }) => name));
  return {
    storedKey: [first, { name: sortName, type: 'B' }],
    store(item) {
      if (Object.hasOwn(item, sortName)) throw refused(table, item, key, `the name "${sortName}" is the sort key's`);
      const values = rest.flatMap(({ name }) => (Object.hasOwn(item, name) ? (item[name] ?? []) : []));
      const bytes = values.length === rest.length ? encodeSortKey(rest, values) : undefined;
      if (bytes === undefined) throw refused(table, item, key, wrongColumns(rest));
      const others = Object.entries(item).filter(([name]) => !restNames.has(name));
      return storeColumn(table, Object.fromEntries([...others, [sortName, { B: bytes }]]), first);
    },
    restore(item) {
      const sort = item[sortName];
      if (sort === undefined || !('B' in sort)) return item;
      const values = decodeSortKey(rest, sort.B);
      const others = Object.entries(item).filter(([name]) => name !== sortName);
      const columns = rest.flatMap(({ name }, at) => (values[at] === undefined ? [] : [[name, values[at]] as const]));
      return restoreColumn(Object.fromEntries([...others, ...columns]), first);
    },
  };
}

function storeColumn(table: string, item: Item, { name, type }: KeyColumn): Item {
  const value = item[name];
  if (value === undefined || !(type in value)) {
    throw refused(table, item, [{ name }], `key attribute "${name}" is not there or not of type ${type}`);
  }
  if ('S' in value) {
    const text = storedText(value.S);
    return text === value.S ? item : withAttribute(item, name, { S: text });
  }
  if ('B' in value) {
    const bytes = storedBytes(value.B);
    return bytes === value.B ? item : withAttribute(item, name, { B: bytes });
  }
  return item;
}

function restoreColumn(item: Item, { name }: KeyColumn): Item {
  const value = item[name];
  if (value === undefined) return item;
  if ('S' in value) {
    const text = logicalText(value.S);
    return text === value.S ? item : withAttribute(item, name, { S: text });
  }
  if ('B' in value) {
    const bytes = logicalBytes(value.B);
    return bytes === value.B ? item : withAttribute(item, name, { B: bytes });
  }
  return item;
}

function withAttribute(item: Item, name: string, value: Item[string]): Item {
  return Object.fromEntries([...Object.entries(item).filter(([other]) => other !== name), [name, value]]);
}

function wrongColumns(columns: readonly KeyColumn[]): string {
  const wanted = columns.map(({ name, type }) => `"${name}" (${type})`).join(', ');
  return `its key needs ${wanted}, each of that type, and numbers of at most 38 digits from 1E-130 to 9.99E+125`;
}
