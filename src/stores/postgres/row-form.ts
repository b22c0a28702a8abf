import type { Item, ItemKey } from '../item.js';
import type { TextRow } from './session.js';

/** How rows of a table are items. Two forms: a column an attribute (column-form.ts), or an item a row (item-form.ts). */
export interface RowForm {
  /** What is selected, in order. */
  readonly columns: readonly string[];
  /** Where in `columns` the key's columns are, in the key's order. */
  readonly keyAt: readonly number[];
  /** What is written, in order. */
  readonly written: readonly string[];
  /** A row of `columns`. Throws CorruptDataError for what no driver wrote. */
  toItem(row: TextRow): { item: Item; sizeBytes: number };
  /** A row of `written`. Throws UnfitValueError for what the columns cannot hold. */
  toRow(item: Item): (string | null)[];
  /** The key columns' texts. Throws UnfitValueError. */
  toKey(key: ItemKey): string[];
}
