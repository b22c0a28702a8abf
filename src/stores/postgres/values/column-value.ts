import type { AttributeValue } from '../../item.js';
import type { PostgresColumn } from '../metadata.js';
import { arrayElements, arrayLiteral, isPlainArray } from './array-text.js';
import { fitsNumber, isNumber, isUnfitNumber, wholeNumberText } from './number-text.js';
import { UnfitValueError } from './unfit-value-error.js';

/**
 * A column's values as attribute values and back, without loss; docs/stores/postgres.md has the table. SQL's NULL is
 * no value: the attribute is absent. The text is what PostgreSQL itself writes under the settings in connections.ts.
 */
export interface ColumnValue {
  toAttribute(text: string): AttributeValue;
  /** Throws UnfitValueError for what the column cannot give back as it was. */
  toText(value: AttributeValue): string;
}

/** The values of this column; in a key they are S, N or B alone, as keys of every engine are. */
export function columnValue(column: Pick<PostgresColumn, 'base' | 'array'>, inKey: boolean): ColumnValue {
  if (column.array)
    return inKey || !listable(column.base) ? text : arrayOf(columnValue({ ...column, array: false }, false));
  switch (column.base) {
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
      return wholeNumber;
    case 'numeric':
    case 'float4':
    case 'float8':
      return number;
    case 'bool':
      return inKey ? namedTruth : truth;
    case 'bytea':
      return bytes;
    default:
      return text;
  }
}

/** Types of extensions may separate elements by another character than the comma; of PostgreSQL's own, box does. */
function listable(base: string): boolean {
  return base !== 'text-form' && base !== 'box';
}

const text: ColumnValue = {
  toAttribute: (S) => ({ S }),
  toText(value) {
    if (!('S' in value)) throw wrongType(value, 'S');
    if (value.S.includes('\u0000')) throw new UnfitValueError('holds the character U+0000, which PostgreSQL cannot');
    // A lone surrogate has no UTF-8: it would silently become U+FFFD.
    if (!value.S.isWellFormed()) throw new UnfitValueError('holds half a surrogate pair, which is no Unicode');
    return value.S;
  },
};

const wholeNumber: ColumnValue = {
  toAttribute: (N) => ({ N }),
  toText(value) {
    if (!('N' in value)) throw wrongType(value, 'N');
    const digits = wholeNumberText(value.N);
    if (digits === undefined) throw new UnfitValueError(`is ${shortened(value.N)}, which is no whole number`);
    return digits;
  },
};

const number: ColumnValue = {
  toAttribute: (digits) => (fitsNumber(digits) ? { N: digits } : { S: digits }),
  toText(value) {
    if ('N' in value && isNumber(value.N)) return value.N;
    if ('S' in value && isUnfitNumber(value.S)) return value.S;
    throw wrongType(value, 'N (S for NaN, an infinity, and numbers that N cannot hold)');
  },
};

const truth: ColumnValue = {
  toAttribute: (letter) => ({ BOOL: letter === 't' }),
  toText(value) {
    if (!('BOOL' in value)) throw wrongType(value, 'BOOL');
    return value.BOOL ? 't' : 'f';
  },
};

const namedTruth: ColumnValue = {
  toAttribute: (letter) => ({ S: letter === 't' ? 'true' : 'false' }),
  toText(value) {
    if ('S' in value && (value.S === 'true' || value.S === 'false')) return value.S;
    throw wrongType(value, 'S, "true" or "false"');
  },
};

const bytes: ColumnValue = {
  toAttribute: (hex) => ({ B: new Uint8Array(Buffer.from(hex.slice(2), 'hex')) }),
  toText(value) {
    if (!('B' in value)) throw wrongType(value, 'B');
    return `\\x${Buffer.from(value.B.buffer, value.B.byteOffset, value.B.byteLength).toString('hex')}`;
  },
};

function arrayOf(element: ColumnValue): ColumnValue {
  return {
    toAttribute(literal) {
      const elements = arrayElements(literal);
      if (elements === undefined) return { S: literal };
      return { L: elements.map((one) => (one === null ? { NULL: true } : element.toAttribute(one))) };
    },
    toText(value) {
      if ('L' in value) return arrayLiteral(value.L.map((one) => ('NULL' in one ? null : element.toText(one))));
      if ('S' in value && !isPlainArray(value.S)) return text.toText(value);
      throw wrongType(value, 'L (S for an array of several dimensions or with bounds of its own)');
    },
  };
}

function wrongType(value: AttributeValue, wanted: string): UnfitValueError {
  return new UnfitValueError(`is of the type ${Object.keys(value)[0] ?? 'none'} where the column takes ${wanted}`);
}

function shortened(value: string): string {
  return value.length <= 60 ? value : `${value.slice(0, 60)}…`;
}
