import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { OutcomeUnknownError, PredicateFailedError } from '../../src/errors.js';
import { beginAgain, beginLinked, link, type BegunLink } from '../../src/kv/linked-objects.js';
import { Backoff } from '../../src/kv/retry-policy.js';
import { branchNotFound, requireBranch } from './branch.js';
import { branchKey, idOf, type OpenRepository } from './records.js';
import { BranchSchema, type Branch } from './refs_pb.js';

/**
 * Enough for fifty committers that start at one moment; each round one of them succeeds. A try that is overtaken costs ten
 * requests: waiting longer, so that fewer try at a time, makes all of them faster.
 */
export const contention = { attempts: 100, baseMs: 100, capMs: 4_000 };

/** How a branch comes to name a new partition. Each call may change the branch that it is given and return it. */
export interface BranchChange {
  /**
   * Writes what belongs into the partition of this id, in which nothing is yet. `unknown` are the ids of earlier tries of
   * which nobody knows whether the branch took them. Returns the branch, or undefined when nothing is to be done any more.
   */
  create(branch: Branch, id: string, unknown: readonly string[]): Promise<Branch | undefined>;
  /** The branch, changed by others, with what was written before; undefined: that does not fit any more. */
  again(branch: Branch, id: string): Branch | undefined;
}

/**
 * Gives a branch a new partition: first what is in it, then the branch, if nobody changed it meanwhile; else once more, a
 * bounded number of times. What was written to a partition is never written otherwise, since a late request would bring
 * it back: where it does not fit any more, another partition is begun, and the sweep removes the one before.
 * Throws NotFoundError where there is no branch, or no longer; what `create` throws; PredicateFailedError when others were
 * faster each time; and OutcomeUnknownError when it is not known whether the branch took one of the tries.
 */
export async function changeBranch(home: OpenRepository, name: string, change: BranchChange): Promise<void> {
  const backoff = new Backoff(contention, home);
  const tries = new Tries(home, name, change);
  for (let attempt = 1; ; attempt++) {
    try {
      return await tries.next();
    } catch (error) {
      const again = error instanceof PredicateFailedError || error instanceof OutcomeUnknownError;
      if (!again || !(await backoff.again(attempt))) throw tries.explained(error);
    }
  }
}

class Tries {
  readonly #unknown: string[] = [];
  /** What the next try may link again, since it is certain that the branch did not take it. */
  #written: BegunLink | undefined;

  constructor(
    readonly home: OpenRepository,
    readonly name: string,
    readonly change: BranchChange,
  ) {}

  /** The error of the last try, or that an earlier one may have been taken. */
  explained(error: unknown): unknown {
    if (this.#unknown.length === 0 || error instanceof OutcomeUnknownError) return error;
    return new OutcomeUnknownError(`branch "${this.name}" may or may not have been changed: the answer was lost`, {
      cause: error,
    });
  }

  async next(): Promise<void> {
    const [begun, branch] = (await this.#again()) ?? (await this.#anew());
    if (branch === undefined) return;
    try {
      await link(this.home.store, begun, toBinary(BranchSchema, branch));
    } catch (error) {
      if (error instanceof PredicateFailedError) this.#written = begun;
      else if (error instanceof OutcomeUnknownError) this.#unknown.push(idOf(begun.partition));
      throw error;
    }
  }

  async #again(): Promise<[BegunLink, Branch] | undefined> {
    if (this.#written === undefined) return undefined;
    const before = this.#written;
    this.#written = undefined;
    // Looked at first, since beginning again in vain costs more requests.
    if (this.change.again(await requireBranch(this.home, this.name), idOf(before.partition)) === undefined)
      return undefined;
    const begun = await beginAgain(this.home.store, before, this.home);
    const branch = this.change.again(this.#branchOf(begun), idOf(begun.partition));
    return branch && [begun, branch];
  }

  async #anew(): Promise<[BegunLink, Branch | undefined]> {
    const place = { partition: this.home.repository.partition, key: Buffer.from(branchKey(this.name)) };
    const begun = await beginLinked(this.home.store, place, this.home);
    return [begun, await this.change.create(this.#branchOf(begun), idOf(begun.partition), this.#unknown)];
  }

  #branchOf({ value }: BegunLink): Branch {
    const branch = value && fromBinary(BranchSchema, value);
    if (branch === undefined || branch.deleted) throw branchNotFound(this.home, this.name);
    return branch;
  }
}
