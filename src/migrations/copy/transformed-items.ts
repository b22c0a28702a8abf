import { keyOf, type Item } from '../../stores/item.js';
import type { MigrationContext } from '../migration.js';
import { entries } from '../quarantine/quarantine.js';
import { keyHash } from '../quarantine/quarantine-entry.js';
import { outputsOf } from './carried-items.js';
import type { CopyContext } from './copy-context.js';
import { changeOf } from './table-changes.js';
import { knownPlan, type TablePlan } from './table-plan.js';

/** What is asked for page after page, in one call of one unit. */
interface KnownTable {
  readonly plan: TablePlan;
  /** The hashes of the keys that are in quarantine. */
  readonly held: ReadonlySet<string>;
}

/** What the target must hold of items of the source. One for each opened migration: it remembers what it has looked up. */
export class TransformedItems {
  readonly #known = new Map<string, Promise<KnownTable>>();

  /** `table` is the target's name. Throws what the transform throws of an item that it could carry before. */
  async of(context: CopyContext, table: string, items: readonly Item[]): Promise<readonly Item[]> {
    const { plan, held } = await this.#table(context, table);
    const change = changeOf(context.changes, plan.source.table);
    const outputs: Item[] = [];
    for (const item of items) {
      if (held.size > 0 && held.has(keyHash(keyOf(item, plan.source.key)))) continue;
      outputs.push(...(await outputsOf(change, plan.description.key, item)));
    }
    return outputs;
  }

  #table(context: CopyContext, table: string): Promise<KnownTable> {
    const known = this.#known.get(table) ?? knownTable(context, table);
    this.#known.set(table, known);
    known.catch(() => this.#known.delete(table));
    return known;
  }
}

async function knownTable({ ledger, attempt }: MigrationContext, table: string): Promise<KnownTable> {
  const held = new Set<string>();
  for await (const { hash } of entries(ledger, attempt, { table })) held.add(hash);
  return { plan: await knownPlan(ledger, attempt, table), held };
}
