import type { Ledger, UnitRecord } from '../../ledger/ledger.js';

/** Units that are read at once: as many as lie in one partition of the ledger, so that a block is one query. */
const blockUnits = 100;

/**
 * The units of a scope as they were seen last. Units are worked on in the order of their numbers, so a look reads only
 * the blocks that are under way: those up to the last one that a unit was claimed in, and the next, without those in
 * which nothing can happen any more.
 */
export class SeenUnits {
  readonly #units = new Map<number, UnitRecord>();

  constructor(
    private readonly ledger: Ledger,
    readonly scope: string,
    readonly count: number,
  ) {}

  all(): Iterable<UnitRecord> {
    return this.#units.values();
  }

  get allDone(): boolean {
    return this.#units.size === this.count && [...this.#units.values()].every(({ done }) => done);
  }

  async readAll(): Promise<void> {
    await this.#read(0, this.count);
  }

  /** Reads what a run with this fencing token may have changed since. */
  async readActive(token: number): Promise<void> {
    const claimed = [...this.#units.values()].filter((unit) => unit.token === token).map(({ unit }) => unit);
    const frontier = Math.floor(Math.max(...claimed, 0) / blockUnits) + 1;
    for (let block = 0; block <= frontier && block * blockUnits < this.count; block++)
      if (!this.#isOver(block, token)) await this.#read(block * blockUnits, (block + 1) * blockUnits);
  }

  async #read(from: number, to: number): Promise<void> {
    for await (const unit of this.ledger.units(this.scope, Math.min(to, this.count), { from }))
      this.#units.set(unit.unit, unit);
  }

  /** Each unit is done, or failed in this run, which does not come back to it. */
  #isOver(block: number, token: number): boolean {
    for (let number = block * blockUnits; number < Math.min((block + 1) * blockUnits, this.count); number++) {
      const unit = this.#units.get(number);
      if (unit === undefined) return false;
      const failed = unit.failure !== undefined && unit.leaseOwner === undefined && unit.token === token;
      if (!unit.done && !failed) return false;
    }
    return true;
  }
}
