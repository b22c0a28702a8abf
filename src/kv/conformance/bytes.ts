import assert from 'node:assert/strict';
import { isErrorLike } from '../../error-like.js';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);
export const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');

export async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of from) all.push(each);
  return all;
}

/** Compares bytes, whatever kind of array holds them. */
export function sameBytes(actual: Uint8Array | undefined, expected: Uint8Array): void {
  assert(actual !== undefined, 'there is an entry');
  assert.equal(hex(actual), hex(expected));
}

/** Compares what a scan gave. */
export function sameEntries(
  actual: readonly { key: Uint8Array; value: Uint8Array }[],
  expected: readonly (readonly [key: Uint8Array, value: Uint8Array])[],
): void {
  assert.deepEqual(
    actual.map(({ key, value }) => [hex(key), hex(value)]),
    expected.map(([key, value]) => [hex(key), hex(value)]),
  );
}

/** Errors are told by their names, which are literal. */
export async function rejects(promise: Promise<unknown>, name: string, message = /^/): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert(isErrorLike(error), 'an error is thrown');
    assert.equal(error.name, name, error.stack);
    assert.match(error.message, message);
    return true;
  });
}
