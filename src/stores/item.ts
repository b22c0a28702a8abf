/**
 * A value in the form of DynamoDB's API, which is the lossless form of every value that a driver reads or writes:
 * numbers are decimal strings, binaries are bytes, sets know their type.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: Uint8Array }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: Readonly<Record<string, AttributeValue>> }
  | { readonly L: readonly AttributeValue[] }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly Uint8Array[] };

/** A map of attribute names to values. Names may be anything, `__proto__` included: build it without plain assignment. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The attributes of an item's primary key, no others. */
export type ItemKey = Item;

/** The key attributes of `item` in the order of the table's key. */
export function keyOf(item: Item, key: readonly { readonly name: string }[]): ItemKey {
  return Object.fromEntries(
    key.flatMap(({ name }) => {
      const value = item[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
