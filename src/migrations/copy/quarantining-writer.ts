import { ItemRefusedError } from '../../errors.js';
import type { UnitRecord } from '../../ledger/ledger.js';
import { keyOf, type Item } from '../../stores/item.js';
import { addUsage, noUsage, type Usage, type Writer } from '../../stores/store.js';
import { UnitQuarantine } from '../quarantine/unit-quarantine.js';
import { carriedItems } from './carried-items.js';
import type { CopyContext } from './copy-context.js';
import { changeOf } from './table-changes.js';
import { knownPlan, type TablePlan } from './table-plan.js';

/** A flush is due after so many items of the source, however few the transform leaves of them. */
const fullItems = 5_000;

/** An item of the source, and what is to be written of it. */
interface Pending {
  readonly source: Item;
  readonly outputs: readonly Item[];
}

export interface QuarantiningUnit {
  readonly unit: Pick<UnitRecord, 'unit' | 'table'>;
  readonly position: number;
  /** The unit begins with its first item, and meets all that it kept again. */
  readonly fromStart: boolean;
}

/** Takes items of the source, writes what becomes of them, and keeps in quarantine those that cannot be carried. */
export async function openQuarantiningWriter(context: CopyContext, of: QuarantiningUnit): Promise<Writer> {
  const { ledger, attempt, quarantine: allowed = 0 } = context;
  const plan = await knownPlan(ledger, attempt, of.unit.table);
  const { table, unit } = of.unit;
  const { key } = plan.source;
  const quarantine = await UnitQuarantine.open({ ledger, attempt, table, unit, key, allowed }, of.fromStart);
  return new QuarantiningWriter(context, plan, of, quarantine);
}

class QuarantiningWriter implements Writer {
  #writer: Writer;
  #position: number;
  #pending: Pending[] = [];
  #items = 0;
  #usage: Usage = noUsage;

  constructor(
    private readonly context: CopyContext,
    private readonly plan: TablePlan,
    private readonly of: QuarantiningUnit,
    private readonly quarantine: UnitQuarantine,
  ) {
    this.#position = of.position;
    this.#writer = this.#open();
  }

  /** An archive makes a part of each flush: small ones are not worth it. */
  get full(): boolean {
    return this.#writer.full || (this.#mayRefuse && this.#items >= fullItems);
  }

  async write(items: readonly Item[]): Promise<void> {
    this.#items += items.length;
    const pending: Pending[] = [];
    const change = changeOf(this.context.changes, this.plan.source.table);
    for (const each of await carriedItems(change, this.plan.description.key, items))
      if ('error' in each) await this.quarantine.keep(each.source, each.error);
      else pending.push(each);
    if (this.#mayRefuse) this.#pending.push(...pending);
    else await this.#release(pending);
    await this.#orApart(() => this.#writer.write(outputsOf(pending)));
  }

  async flush(): Promise<Usage> {
    await this.#orApart(async () => this.#spend(await this.#writer.flush()));
    this.#position += 1;
    await this.#release(this.#pending);
    const spent = this.#usage;
    [this.#pending, this.#items, this.#usage] = [[], 0, noUsage];
    return spent;
  }

  abandon(): Promise<void> {
    return this.#writer.abandon();
  }

  /** An archive takes every item that has its key, and cannot take some of a part again. */
  get #mayRefuse(): boolean {
    return this.context.target.capabilities.merge;
  }

  #open(): Writer {
    const { target, fence } = this.context;
    return target.writer(this.plan.table, { unit: this.of.unit.unit, position: this.#position, fence });
  }

  #spend(usage: Usage): void {
    this.#usage = addUsage(this.#usage, usage);
  }

  #release(carried: readonly Pending[]): Promise<void> {
    return this.quarantine.release(carried.map(({ source }) => source));
  }

  /** When an item is refused, what was not flushed is written again, in ever smaller parts until it is found. */
  async #orApart(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ItemRefusedError) || !this.#mayRefuse) throw error;
      await this.#writer.abandon();
      await this.#apart(this.#pending, error);
      this.#pending = [];
      this.#writer = this.#open();
    }
  }

  async #apart(pending: readonly Pending[], error: ItemRefusedError): Promise<void> {
    const [only] = pending;
    if (only === undefined) return;
    if (pending.length === 1) {
      await this.#removeRest(only);
      await this.quarantine.keep(only.source, error);
      return;
    }
    const half = Math.ceil(pending.length / 2);
    for (const part of [pending.slice(0, half), pending.slice(half)]) {
      const refusal = await this.#refusalOf(outputsOf(part));
      if (refusal === undefined) await this.#release(part);
      else await this.#apart(part, refusal);
    }
  }

  /** Writes these items for good, or says why one of them is refused. */
  async #refusalOf(items: readonly Item[]): Promise<ItemRefusedError | undefined> {
    const writer = this.#open();
    try {
      await writer.write(items);
      this.#spend(await writer.flush());
      return undefined;
    } catch (error) {
      if (error instanceof ItemRefusedError) return error;
      throw error;
    } finally {
      await writer.abandon();
    }
  }

  /**
   * An item is in quarantine whole: what else became of it must not be in the target. Where tables are merged, that may
   * have taken the place of what was there before, and stays.
   */
  async #removeRest({ outputs }: Pending): Promise<void> {
    const { target, fence } = this.context;
    if (outputs.length < 2 || this.plan.merged) return;
    for (const output of outputs) {
      if ((await this.#refusalOf([output])) !== undefined) continue;
      await target.remove?.(this.plan.table, [keyOf(output, this.plan.description.key)], fence);
    }
  }
}

function outputsOf(pending: readonly Pending[]): Item[] {
  return pending.flatMap(({ outputs }) => outputs);
}
