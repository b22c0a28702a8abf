import type { Item } from '../../stores/item.js';
import type { Stage } from '../definition.js';
import type { MigrationContext, SetupContext } from '../migration.js';
import type { ExternalIndex, IndexContext } from './external-index.js';
import type { PhysicalNames } from './physical-names.js';

/** The ledger's document that says that an attempt may have made the new index the searched one. */
const swapDocument = 'rollover-index-swap';

/** What becomes of an external index in the steps of a rollover. */
export class IndexSteps {
  constructor(
    private readonly index: ExternalIndex,
    private readonly stage: Stage,
    private readonly table: string,
  ) {}

  /**
   * Makes the new index. What earlier attempts left of it goes first, once: it has items that their table had. One of them may
   * have come as far as the swap, without its table becoming the live one: then the old index is searched again first.
   */
  async create(context: SetupContext, { old, shadow }: PhysicalNames): Promise<void> {
    const { ledger, previousAttempts } = context;
    for (const attempt of previousAttempts)
      if ((await ledger.document(attempt, swapDocument)) !== undefined) await this.index.swap(this.#of(context, old));
    if (previousAttempts.length > 0) await this.index.remove(this.#of(context, shadow));
    await this.index.create(this.#of(context, shadow));
  }

  /** Called with what is durable in the new table, before the checkpoint that covers it. */
  async put(items: readonly Item[], context: MigrationContext, shadow: string): Promise<void> {
    await this.index.index(items, this.#of(context, shadow));
  }

  async swap(context: MigrationContext, { shadow }: PhysicalNames): Promise<void> {
    await context.ledger.putDocument(context.attempt, swapDocument, true);
    await this.index.swap(this.#of(context, shadow));
  }

  async remove(context: MigrationContext, old: string): Promise<void> {
    await this.index.remove(this.#of(context, old));
  }

  #of({ home, fence, ending }: MigrationContext, name: string): IndexContext {
    const { version } = this.stage;
    const assertMaySend = (): void => fence.assertMaySend();
    return { name, table: this.table, version, database: home, assertMaySend, ending };
  }
}
