import { ItemsQuarantinedError } from '../../errors.js';
import type { Ledger } from '../../ledger/ledger.js';
import { keyOf, type Item } from '../../stores/item.js';
import { entries, putQuarantined, release } from './quarantine.js';
import { keyHash, quarantineScope, type QuarantinePlace } from './quarantine-entry.js';

/** Of one unit; where so many cannot be carried, something else is wrong than the items. */
const mostOfUnit = 1_000;

export interface QuarantineUnit {
  readonly ledger: Ledger;
  readonly attempt: string;
  /** The table's name in the target. */
  readonly table: string;
  readonly unit: number;
  /** The key that items have in the source. */
  readonly key: readonly { readonly name: string }[];
  /** How many items of the attempt may stay. */
  readonly allowed: number;
}

/** What one unit could not carry: each item once, however often it is met. */
export class UnitQuarantine {
  /** By the hashes of keys. */
  readonly #held = new Map<string, QuarantinePlace>();

  private constructor(private readonly of: QuarantineUnit) {}

  /** `fromStart`: the unit meets all of its items again, and what it kept earlier is forgotten. */
  static async open(of: QuarantineUnit, fromStart: boolean): Promise<UnitQuarantine> {
    const opened = new UnitQuarantine(of);
    const { ledger, attempt, table, unit } = of;
    for await (const entry of entries(ledger, attempt, { table, unit }))
      if (fromStart) await release(ledger, attempt, entry);
      else opened.#held.set(entry.hash, { table, unit, hash: entry.hash });
    return opened;
  }

  /** Keeps an item; durable when it returns. Throws ItemsQuarantinedError when it is one too many for a unit. */
  async keep(item: Item, error: unknown): Promise<void> {
    const { ledger, attempt, table, unit, allowed } = this.of;
    const place = await putQuarantined(ledger, attempt, { table, unit, key: keyOf(item, this.of.key), item, error });
    this.#held.set(place.hash, place);
    const count = this.#held.size;
    const most = Math.max(allowed, mostOfUnit);
    if (count <= most) return;
    const reason = `unit ${unit} stopped here, at the item ${count} that it could not carry: ${String(error)}`;
    const where = `${ledger.location}, documents of "${quarantineScope(attempt)}"`;
    throw new ItemsQuarantinedError([{ table, key: `unit ${unit}`, reason }], { count, allowed: most, place: where });
  }

  /** These were carried: what a call before this one could not do, this one could. */
  async release(items: readonly Item[]): Promise<void> {
    if (this.#held.size === 0) return;
    const { ledger, attempt, key } = this.of;
    for (const item of items) {
      const hash = keyHash(keyOf(item, key));
      const place = this.#held.get(hash);
      if (place === undefined) continue;
      await release(ledger, attempt, place);
      this.#held.delete(hash);
    }
  }
}
