import type { Ledger, RunRecord } from '../../ledger/ledger.js';
import type { Dependencies } from '../dependencies.js';

const dayMs = 24 * 60 * 60 * 1_000;
/** An execution ends after 14 days by default, and may be redriven for 14 more; a day for clocks and luck. */
const horizonMs = 29 * dayMs;
/** A start every five minutes for 17 days: what an execution of 14 days has behind it at the most. */
const mostListed = 5_000;
/** Runs are listed by the clocks of those who start them. */
const clocksDifferMs = 60 * 60 * 1_000;
/** Two looks, so that a late one misses nothing. */
const justEndedMs = 10 * 60 * 1_000;

export interface RecentRuns {
  readonly running: readonly RunRecord[];
  readonly justEnded: readonly RunRecord[];
}

/**
 * Finds the runs that are under way, again and again, at a price that does not grow with the history. The first look reads the
 * newest runs, of `horizonMs` and `mostListed` at the most. Later ones read what was started since, and of the others those
 * alone that may still change: one that runs, for as long as it does, and one that failed, which may be redriven.
 */
export class RunsUnderWay {
  #mayChange: readonly string[] = [];
  #lookedAt: number | undefined;
  readonly #ledger: Ledger;

  constructor(private readonly deps: Pick<Dependencies, 'ledger' | 'clock'>) {
    this.#ledger = deps.ledger;
  }

  /** Throws what the ledger throws; then the next look sees what this one would have seen. */
  async look(): Promise<RecentRuns> {
    const now = this.deps.clock.now();
    const seen = await this.#listed(
      this.#lookedAt === undefined ? now - horizonMs : this.#lookedAt - clocksDifferMs,
      new Map(),
    );
    for (const id of this.#mayChange) {
      const run = seen.has(id) ? undefined : await this.#ledger.run(id);
      if (run !== undefined) seen.set(id, run);
    }
    const runs = [...seen.values()];
    const isRecent = ({ startedAt }: RunRecord): boolean => Date.parse(startedAt) >= now - horizonMs;
    this.#mayChange = runs
      .filter((run) => run.status === 'running' || (run.status === 'failed' && isRecent(run)))
      .map(({ run }) => run);
    this.#lookedAt = now;
    return {
      running: runs.filter(({ status }) => status === 'running'),
      justEnded: runs.filter(({ endedAt }) => endedAt !== undefined && Date.parse(endedAt) >= now - justEndedMs),
    };
  }

  async #listed(since: number, seen: Map<string, RunRecord>): Promise<Map<string, RunRecord>> {
    for await (const run of this.#ledger.runs()) {
      if (Date.parse(run.startedAt) < since || seen.size >= mostListed) break;
      seen.set(run.run, run);
    }
    return seen;
  }
}
