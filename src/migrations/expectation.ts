/** Two tables to be compared. */
export interface Expectation {
  readonly table: string;
  /** `equal`: both hold the same items. `contained`: the actual one holds all of the expected one, and may hold more. */
  readonly relation: 'equal' | 'contained';
  readonly expected: View;
  readonly actual: View;
}

/** A table as validation reads it. */
export interface View {
  /** The name of a declared store. */
  readonly store: string;
  readonly table: string;
  /** Further tables of that store whose items it has too. */
  readonly tables?: readonly string[];
  /** The key that its items are found by, as `transformed` gives them. */
  readonly key: readonly { readonly name: string }[];
  /** Items whose expiry (epoch seconds in this attribute) had passed when the generation began are left out. */
  readonly ttlAttribute?: string;
  /** In how many segments each of its tables is read. Default: by their size. */
  readonly segments?: number;
  /** The most items of a page, where `transformed` makes much of each. */
  readonly pageItems?: number;
  /** Its items go through the migration's `transformed` before they are compared. */
  readonly transformed?: boolean;
}

/** Which items a view's `transformed` is asked about. */
export interface ViewSource {
  readonly side: 'expected' | 'actual';
  /** The table that they were read from: see `tables` of a view. */
  readonly table: string;
}

/** An expectation that was met. */
export interface ValidatedTable {
  readonly table: string;
  /** How many items each side has (of `contained`: the expected one, and as many of the other). */
  readonly items: number;
  /** What the items of a side add up to, both sides alike: a hash in 64 hexadecimal digits, equal for equal sets of items. */
  readonly digest: string;
}
