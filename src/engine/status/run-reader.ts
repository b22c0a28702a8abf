import type { Ledger, RunRecord } from '../../ledger/ledger.js';
import { tablePlans } from '../../migrations/copy/table-plan.js';
import { roundOfPart } from '../../migrations/for-each-partition/opened-step.js';
import { attemptRecord, scopes } from '../attempts/attempt-record.js';
import { chainSummary, type ChainSummary } from '../tasks/chain-summary.js';
import { noPhase, phasesByTable, type PhaseStatus } from './phase-status.js';
import type { RunStatus, TableStatus } from './run-status.js';
import { SeenUnits } from './seen-units.js';

type Plan = Pick<TableStatus, 'mode' | 'estimatedItems'>;

/** Steps in which tables are planned, and units may begin anew. */
const planningSteps = new Set(['begin', 'setup']);

/**
 * Reads again and again how far a run is, at a price that does not grow with the run: its entry at each look, the units
 * that are being worked on, and the rest only when the step has changed. It reads no verdicts.
 */
export class RunReader {
  #changed = '';
  #attempt = '';
  #step = 'begin';
  #chain: ChainSummary | undefined;
  #title = '';
  #plans: Map<string, Plan> | undefined;
  #migrate: SeenUnits | undefined;
  #validate: SeenUnits | undefined;
  #locate: SeenUnits | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly id: string,
  ) {}

  /** The run as it is now; undefined when the ledger does not know it. */
  async look(): Promise<RunStatus | undefined> {
    const run = await this.ledger.run(this.id);
    if (run === undefined) return undefined;
    const { attempt, token = 0, step, status, generation, redrives } = run;
    const changed = JSON.stringify([attempt, token, step, status, generation, redrives]);
    if (changed !== this.#changed) await this.#readChanged(run);
    else if (step === 'migrate') await this.#migrate?.readActive(token);
    else if (step === 'validate') await this.#validate?.readActive(token);
    else if (step === 'locate') await this.#locate?.readActive(token);
    // Only now: a look that failed half way is made again.
    [this.#changed, this.#step] = [changed, step];
    return {
      run,
      ...(this.#chain === undefined ? {} : { chain: this.#chain }),
      ...(this.#title === '' ? {} : { title: this.#title }),
      tables: this.#tables(),
      lastSignAt: this.#lastSignAt(run),
    };
  }

  async #readChanged(run: RunRecord): Promise<void> {
    const { attempt, generation = 0, step } = run;
    if (isOfChain(run)) this.#chain = await chainSummary(this.ledger, this.id);
    if (attempt === undefined) return;
    const record = await attemptRecord(this.ledger, attempt);
    // A run of the chain comes from one migration to the next.
    if (attempt !== this.#attempt) [this.#plans, this.#locate] = [undefined, undefined];
    [this.#attempt, this.#title] = [attempt, record.title];
    const planning = planningSteps.has(this.#step);
    if (this.#plans === undefined || planning) this.#plans = await plansOf(this.ledger, attempt);
    const again = async (seen: SeenUnits | undefined, scope: string, count: number): Promise<SeenUnits> => {
      if (seen?.scope === scope && seen.count === count && seen.allDone && !planning) return seen;
      const units = new SeenUnits(this.ledger, scope, count);
      await units.readAll();
      return units;
    };
    this.#migrate = await again(this.#migrate, scopes.migrate(attempt), record.migrate);
    const validating = generation === record.generation ? record.validate : 0;
    this.#validate = await again(this.#validate, scopes.validate(attempt, generation), validating);
    if (step === 'locate') this.#locate = await again(this.#locate, scopes.locate(attempt, generation), record.locate);
  }

  /** The run's own entry, and what its calls saved in units: other runs of the attempt have other tokens. */
  #lastSignAt({ token, updatedAt }: RunRecord): string {
    let last = updatedAt;
    for (const seen of [this.#migrate, this.#validate, this.#locate])
      for (const unit of seen?.all() ?? []) if (unit.token === token && unit.updatedAt > last) last = unit.updatedAt;
    return last;
  }

  /** What was seen, by table. */
  #tables(): TableStatus[] {
    const plans = this.#plans ?? new Map<string, Plan>();
    // A round of partitions is in many parts, each under a name of its own.
    const nameOf = (table: string): string => (plans.has(table) ? table : roundOfPart(table));
    const phases = (units: SeenUnits | undefined): Map<string, PhaseStatus> =>
      phasesByTable(units?.all() ?? [], nameOf);
    const [migrate, validate] = [phases(this.#migrate), phases(this.#validate)];
    const names = [...new Set([...plans.keys(), ...migrate.keys(), ...validate.keys()])].sort();
    return names.map((table) => ({
      table,
      ...(plans.get(table) ?? { mode: 'carry' as const }),
      migrate: migrate.get(table) ?? noPhase,
      validate: validate.get(table) ?? noPhase,
    }));
  }
}

/** Whether a run was asked to change the version of a database, or to clean up after that. */
function isOfChain({ input }: RunRecord): boolean {
  return typeof input === 'object' && input !== null && ('up' in input || 'cleanup' in input);
}

async function plansOf(ledger: Ledger, attempt: string): Promise<Map<string, Plan>> {
  const plans = new Map<string, Plan>();
  for await (const { table, mode, description } of tablePlans(ledger, attempt))
    plans.set(table, { mode, ...(description.items === undefined ? {} : { estimatedItems: description.items }) });
  return plans;
}
