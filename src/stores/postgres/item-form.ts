import { CorruptDataError } from '../../errors.js';
import { formatItem, parseItem } from '../dynamodb-json.js';
import type { AttributeValue, Item } from '../item.js';
import type { KeyColumn } from '../store.js';
import { keyTextOf } from './column-form.js';
import { itemColumnName } from './item-column.js';
import type { PostgresMetadata } from './metadata.js';
import type { RowForm } from './row-form.js';
import type { TextRow } from './session.js';
import { columnValue, type ColumnValue } from './values/column-value.js';
import { escapeKeyText, unescapeKeyText } from './values/key-text.js';

/**
 * An item of another engine as a row: its key in typed columns, all else as DynamoDB JSON in one column. That column is
 * json and not jsonb, because jsonb refuses \u0000, rounds nothing but reorders names and drops doubled ones; json keeps
 * the text. Where the database is not UTF-8, the text is pure ASCII with escapes, and S keys are the bytes of their UTF-8.
 */
export function itemForm(logicalKey: readonly KeyColumn[], metadata: PostgresMetadata): RowForm {
  const holder = itemColumnName({ key: logicalKey });
  const key = logicalKey.map(({ name, type }) => ({ name, value: keyValue(type, baseOf(metadata, name)) }));
  const columns = [...key.map(({ name }) => name), holder];
  const ascii = logicalKey.some(({ name, type }) => type === 'S' && baseOf(metadata, name) === 'bytea');
  return {
    columns,
    keyAt: key.map((_, at) => at),
    written: columns,
    toItem: (row) => itemOf(key, row),
    toRow: (item) => [...key.map(({ name, value }) => keyTextOf(name, value, item)), jsonOf(item, key, ascii)],
    toKey: (given) => key.map(({ name, value }) => keyTextOf(name, value, given)),
  };
}

/** Whether the columns that are there are those of `itemForm`: a table that somebody made anew may be another one. */
export function fitsItemForm(logicalKey: readonly KeyColumn[], metadata: PostgresMetadata): boolean {
  const holder = metadata.columns.find(({ name }) => name === itemColumnName({ key: logicalKey }));
  return holder?.base === 'json' && JSON.stringify(metadata.key) === JSON.stringify(logicalKey.map(({ name }) => name));
}

interface KeyPart {
  readonly name: string;
  readonly value: ColumnValue;
}

function baseOf(metadata: PostgresMetadata, name: string): string {
  return metadata.columns.find((column) => column.name === name)?.base ?? 'text';
}

function keyValue(type: KeyColumn['type'], base: string): ColumnValue {
  const plain = columnValue({ base, array: false }, true);
  // The column holds what the other engine's N did, and whatever it holds is N to it.
  if (type === 'N') return { ...plain, toAttribute: (digits) => ({ N: digits }) };
  if (type === 'B') return plain;
  return base === 'bytea' ? textAsBytes(plain) : escapedText(plain);
}

function escapedText(plain: ColumnValue): ColumnValue {
  return {
    toAttribute: (text) => ({ S: unescapeKeyText(text) }),
    toText: (value) => plain.toText('S' in value ? { S: escapeKeyText(value.S) } : value),
  };
}

function textAsBytes(plain: ColumnValue): ColumnValue {
  const text = columnValue({ base: 'text', array: false }, true);
  return {
    toAttribute: (hex) => ({ S: Buffer.from(hex.slice(2), 'hex').toString('utf8') }),
    toText(value) {
      // The same checks as of text; U+0000 is a byte like any other here.
      text.toText('S' in value ? { S: value.S.replaceAll('\u0000', '') } : value);
      return plain.toText('S' in value ? { B: Buffer.from(value.S) } : value);
    },
  };
}

function jsonOf(item: Item, key: readonly KeyPart[], ascii: boolean): string {
  const rest = Object.entries(item).filter(([name]) => !key.some((part) => part.name === name));
  const json = formatItem(Object.fromEntries(rest));
  return ascii
    ? json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
}

function itemOf(key: readonly KeyPart[], row: TextRow): { item: Item; sizeBytes: number } {
  let sizeBytes = 0;
  const attributes: [string, AttributeValue][] = key.map(({ name, value }, at) => {
    const text = row[at] ?? '';
    sizeBytes += name.length + text.length;
    return [name, value.toAttribute(text)];
  });
  const rest = parsed(row[key.length] ?? 'null', attributes);
  // fromEntries makes own properties of all names, `__proto__` too.
  const item = Object.fromEntries([...attributes, ...Object.entries(rest.item)]);
  return { item, sizeBytes: sizeBytes + rest.sizeBytes };
}

function parsed(json: string, key: readonly [string, AttributeValue][]): { item: Item; sizeBytes: number } {
  try {
    return parseItem(json);
  } catch (cause) {
    const where = JSON.stringify(Object.fromEntries(key));
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CorruptDataError(`the item of the key ${where} is no DynamoDB JSON: ${why}`, { cause });
  }
}
