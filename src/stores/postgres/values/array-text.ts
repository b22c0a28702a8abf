import { parse } from 'postgres-array';

/**
 * The elements of a one-dimensional array with default bounds; undefined for any other array, whose literal alone says
 * all. PostgreSQL quotes an element that itself begins with a brace, so `{{` is always a further dimension.
 * https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function arrayElements(literal: string): (string | null)[] | undefined {
  return isPlainArray(literal) ? (parse(literal) as (string | null)[]) : undefined;
}

/** One dimension, bounds that need not be said. */
export function isPlainArray(literal: string): boolean {
  return literal.startsWith('{') && !literal.startsWith('{{');
}

/** The literal of a one-dimensional array. Everything is quoted, so that nothing is taken for NULL or structure. */
export function arrayLiteral(elements: readonly (string | null)[]): string {
  return `{${elements.map((text) => (text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;
}
