import type { AttributeValue, Item, ItemKey } from '../item.js';
import type { PostgresColumn, PostgresMetadata } from './metadata.js';
import type { RowForm } from './row-form.js';
import type { TextRow } from './session.js';
import { columnValue, type ColumnValue } from './values/column-value.js';
import { UnfitValueError } from './values/unfit-value-error.js';

interface Column extends PostgresColumn {
  readonly value: ColumnValue;
}

/** A column is an attribute. Generated columns are read, so that both sides can be compared, and never written. */
export function columnForm(metadata: PostgresMetadata): RowForm {
  const columns = metadata.columns.map((column): Column => ({
    ...column,
    value: columnValue(column, metadata.key.includes(column.name)),
  }));
  const written = columns.filter(({ generated }) => generated === undefined);
  const key = metadata.key.flatMap((name) => columns.filter((column) => column.name === name));
  const names = new Set(columns.map(({ name }) => name));
  return {
    columns: columns.map(({ name }) => name),
    keyAt: key.map((column) => columns.indexOf(column)),
    written: written.map(({ name }) => name),
    toItem: (row) => itemOf(columns, row),
    toRow(item) {
      const row = written.map(({ name, value }) => textOf(name, value, attribute(item, name)));
      for (const name of Object.keys(item)) if (!names.has(name)) throw new UnfitValueError(noColumn(name));
      return row;
    },
    toKey: (given) => key.map(({ name, value }) => keyTextOf(name, value, given)),
  };
}

function itemOf(columns: readonly Column[], row: TextRow): { item: Item; sizeBytes: number } {
  const item: Record<string, AttributeValue> = {};
  let sizeBytes = 0;
  for (let at = 0; at < columns.length; at += 1) {
    const text = row[at];
    const column = columns[at];
    if (text === null || text === undefined || column === undefined) continue;
    const value = column.value.toAttribute(text);
    sizeBytes += column.name.length + sizeOf(value, text);
    if (column.name === '__proto__') define(item, column.name, value);
    else item[column.name] = value;
  }
  return { item, sizeBytes };
}

/** Assignment would set the prototype. */
function define(item: object, name: string, value: AttributeValue): void {
  Object.defineProperty(item, name, { value, enumerable: true, writable: true, configurable: true });
}

/** About DynamoDB's count; an array is measured by its text. */
function sizeOf(value: AttributeValue, text: string): number {
  if ('N' in value) return (text.length >> 1) + 1;
  return 'B' in value ? value.B.length : text.length;
}

/** An own attribute: `toString` is in every object. */
function attribute(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

function textOf(name: string, value: ColumnValue, given: AttributeValue | undefined): string | null {
  if (given === undefined) return null;
  try {
    return value.toText(given);
  } catch (error) {
    throw error instanceof UnfitValueError ? new UnfitValueError(`attribute "${name}" ${error.message}`) : error;
  }
}

export function keyTextOf(name: string, value: ColumnValue, key: ItemKey): string {
  const text = textOf(name, value, attribute(key, name));
  if (text === null) throw new UnfitValueError(`key attribute "${name}" is missing`);
  return text;
}

function noColumn(name: string): string {
  return `attribute "${name}" has no column in the table: add the column, or leave the attribute out`;
}
