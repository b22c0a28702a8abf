import type { RunRecord } from '../../ledger/ledger.js';
import { entries } from '../../migrations/quarantine/quarantine.js';
import { beforeDeadline } from '../before-deadline.js';
import type { Dependencies } from '../dependencies.js';
import { RunReader } from '../status/run-reader.js';
import { LockWatch, type Lock } from './lock-watch.js';
import { RunsUnderWay } from './runs-under-way.js';
import { watchedHome } from './watched-home.js';

/** What is seen of all runs that are under way. */
export interface Sighting {
  readonly activeRuns: number;
  /** Since the last sign of life of the run that has given none for the longest time; undefined where none is under way, or none could be looked at. */
  readonly checkpointAgeSeconds?: number;
  /** That run. */
  readonly oldest?: string;
  /** By how much a lock of theirs is past its lease, the most; undefined where no lock could be looked at, and one should have been. */
  readonly leaseOverdueSeconds?: number;
  /** What their attempts, and those of runs that ended just now, could not carry; `mostCounted` stands for more too. */
  readonly quarantinedItems: number;
  /** What could not be looked at, and why. */
  readonly unseen: readonly string[];
}

/** What is looked at in one run; the parts of a sighting. */
interface SeenRun {
  readonly run: RunRecord;
  /** Undefined: it could not be looked at. */
  readonly lock: Lock | undefined;
  readonly lastSignMs: number | undefined;
}

/** Bodies of documents are read to count them: this many may be 20 MB. */
export const mostCounted = 100;
/** A store that does not answer may not take the time of the others. */
const patienceMs = 90_000;

/**
 * Looks at all runs of a ledger, and writes nothing. Keeps what it knows between two looks, so that each costs little; one that
 * begins anew reads it again.
 */
export class Watcher {
  readonly #runs: RunsUnderWay;
  readonly #locks: LockWatch;
  readonly #readers = new Map<string, RunReader>();

  constructor(private readonly deps: Dependencies) {
    this.#runs = new RunsUnderWay(deps);
    this.#locks = new LockWatch(deps);
  }

  /** Throws what the ledger's list of runs throws; all else that fails is told of in `unseen`. */
  async look(): Promise<Sighting> {
    const { running, justEnded } = await this.#runs.look();
    this.#forgetBut(new Set(running.map(({ run }) => run)));
    const unseen: string[] = [];
    const runs = await Promise.all(running.map((run) => this.#see(run, unseen)));
    // What the ledger says is running may have lost its lock for ever: nobody could write down that it is over.
    const active = runs.filter(({ lock }) => lock?.whose !== 'passed');
    const quarantinedItems = await this.#quarantined([...active.map(({ run }) => run), ...justEnded], unseen);
    return { activeRuns: active.length, ...this.#age(active), ...overdueOf(active), quarantinedItems, unseen };
  }

  async #see(run: RunRecord, unseen: string[]): Promise<SeenRun> {
    const [lock, lastSignMs] = await Promise.all([
      this.#told(`the lock of run ${run.run}`, unseen, async () => await this.#lock(run)),
      this.#told(`the units of run ${run.run}`, unseen, async () => await this.#lastSign(run)),
    ]);
    return { run, lock, lastSignMs };
  }

  async #lock(run: RunRecord): Promise<Lock> {
    const home = await watchedHome(run, this.deps);
    return home === undefined ? { whose: 'none' } : await this.#locks.look(run, home.keyValues);
  }

  async #lastSign({ run: id, updatedAt }: RunRecord): Promise<number> {
    const reader = this.#readers.get(id) ?? new RunReader(this.deps.ledger, id);
    this.#readers.set(id, reader);
    return Date.parse((await reader.look())?.lastSignAt ?? updatedAt);
  }

  /** Clocks of those who wrote may be ahead of this one: nothing is younger than now. */
  #age(active: readonly SeenRun[]): Pick<Sighting, 'checkpointAgeSeconds' | 'oldest'> {
    let oldest: { readonly id: string; readonly atMs: number } | undefined;
    for (const { run, lastSignMs: atMs } of active)
      if (atMs !== undefined && (oldest === undefined || atMs < oldest.atMs)) oldest = { id: run.run, atMs };
    if (oldest === undefined) return {};
    const ageMs = Math.max(0, this.deps.clock.now() - oldest.atMs);
    return { checkpointAgeSeconds: Math.round(ageMs / 1_000), oldest: oldest.id };
  }

  async #quarantined(runs: readonly RunRecord[], unseen: string[]): Promise<number> {
    let count = 0;
    for (const attempt of new Set(runs.flatMap(({ attempt }) => attempt ?? [])))
      await this.#told(`the quarantine of attempt ${attempt}`, unseen, async () => {
        for await (const _entry of entries(this.deps.ledger, attempt)) if (++count >= mostCounted) break;
      });
    return Math.min(count, mostCounted);
  }

  /** Undefined where it fails or takes too long, which is noted. */
  async #told<T>(what: string, unseen: string[], look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await beforeDeadline(look(), { remainingMs: () => patienceMs }, this.deps.clock);
    } catch (error) {
      unseen.push(`${what}: ${String(error)}`);
      return undefined;
    }
  }

  #forgetBut(runs: ReadonlySet<string>): void {
    for (const run of this.#readers.keys()) if (!runs.has(run)) this.#readers.delete(run);
    this.#locks.keep(runs);
  }
}

function overdueOf(active: readonly SeenRun[]): Pick<Sighting, 'leaseOverdueSeconds'> {
  const locks = active.flatMap(({ lock }) => lock ?? []);
  if (locks.length === 0 && active.length > 0) return {};
  const mostMs = Math.max(0, ...locks.map((lock) => (lock.whose === 'own' ? lock.overdueMs : 0)));
  // What is past its time by less than a second is past its time.
  return { leaseOverdueSeconds: Math.ceil(mostMs / 1_000) };
}
