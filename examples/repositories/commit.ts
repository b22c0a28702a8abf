import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { changeBranch, type BranchChange } from './branch-change.js';
import { requireBranch } from './branch.js';
import { getCommit, nodeReader } from './commit-record.js';
import { NotFoundError, NothingToCommitError } from './errors.js';
import { isInHistory } from './log.js';
import { TreeSchema } from './objects_pb.js';
import { commitKey, commitOf, nodeKey, nodesOf, type OpenRepository } from './records.js';
import { CommitSchema, type Branch, type Commit } from './refs_pb.js';
import { settle } from './reachability.js';
import { newestOf, stagedChanges } from './staged-changes.js';
import { sealStaging } from './staging.js';
import { changeTree, type Change } from './tree-change.js';

export interface CommitOptions {
  readonly committer: string;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Make a commit even where nothing was changed. Default false. */
  readonly allowEmpty?: boolean;
}

/**
 * Commits what is staged on a branch, without a lock:
 *   1. the staging area is sealed: the branch gets a new one, so that what is committed does not change any more
 *   2. the branch is sampled: the sealed areas, of other committers too, are read above the newest commit
 *   3. the commit is created, in a partition of its own that nothing names yet
 *   4. the branch is changed, if it is still as it was sampled: the commit is its newest, and the sealed areas leave
 * Whoever finds another branch at 4 goes back to 2, a bounded number of times. Killed before 4, nothing was committed,
 * and the next commit takes what was sealed.
 *
 * Exactly one commit is made. Throws NothingToCommitError (another commit may have taken what was staged),
 * NotFoundError, PredicateFailedError when others were faster each time: then none was made; and OutcomeUnknownError
 * when the answer to 4 was lost and the branch could not be read after it either.
 */
export async function commit(home: OpenRepository, name: string, options: CommitOptions): Promise<Commit> {
  const branch = await requireBranch(home, name);
  const { stagingToken } = branch;
  if (stagingToken !== '' && (await isStaged(home, stagingToken))) await sealStaging(home, name, stagingToken);
  await settle(home, branch);
  const committing = new Committing(home, options, branch.unsettledCommitIds);
  await changeBranch(home, name, committing);
  if (committing.made === undefined) throw new NothingToCommitError(`nothing is staged on "${name}" that changes it`);
  return committing.made;
}

class Committing implements BranchChange {
  /** What the branch took, if `changeBranch` ends well; undefined: there was nothing to commit. */
  made: Commit | undefined;
  #sampled: readonly string[] = [];

  constructor(
    readonly home: OpenRepository,
    readonly options: CommitOptions,
    readonly settled: readonly string[],
  ) {}

  async create(branch: Branch, id: string, unknown: readonly string[]): Promise<Branch | undefined> {
    this.made = await foundInHistory(this.home, branch, unknown);
    if (this.made !== undefined) return undefined;
    this.made = await createCommit(this.home, branch, id, this.options);
    if (this.made === undefined && branch.sealedTokens.length === 0) return undefined;
    this.#sampled = branch.sealedTokens;
    return this.#committed(branch);
  }

  /** The commit fits as long as the branch has the head that it was made on: what was sealed since waits for the next one. */
  again(branch: Branch): Branch | undefined {
    const parentId = this.made?.parentId;
    return branch.commitId === parentId ? this.#committed(branch) : undefined;
  }

  #committed(branch: Branch): Branch {
    branch.sealedTokens = branch.sealedTokens.filter((token) => !this.#sampled.includes(token));
    branch.unsettledCommitIds = branch.unsettledCommitIds.filter((id) => !this.settled.includes(id));
    if (this.made !== undefined) {
      branch.commitId = this.made.id;
      branch.unsettledCommitIds.push(this.made.id);
    }
    return branch;
  }
}

/** An earlier try that reached the branch although its answer was lost. */
async function foundInHistory(
  home: OpenRepository,
  branch: Branch,
  ids: readonly string[],
): Promise<Commit | undefined> {
  for (const id of ids) {
    const commit = await getCommit(home, id).catch((error: unknown) => {
      // Swept: what a branch reaches never is.
      if (error instanceof NotFoundError) return undefined;
      throw error;
    });
    if (commit !== undefined && (await isInHistory(home, branch.commitId, commit))) return commit;
  }
  return undefined;
}

/** Writes the nodes of the tree, then the commit; undefined, and at most nodes, where nothing was changed. */
async function createCommit(
  home: OpenRepository,
  branch: Branch,
  id: string,
  { allowEmpty = false, committer, message, metadata }: CommitOptions,
): Promise<Commit | undefined> {
  const parent = await getCommit(home, branch.commitId);
  const staged: Change[] = [];
  const sealed = branch.sealedTokens.map((token) => stagedChanges(home, token));
  for await (const change of newestOf(sealed)) staged.push(change);
  let nodes = 0;
  const { tree, changes } = await changeTree(
    parent.tree ?? create(TreeSchema),
    staged,
    nodeReader(home),
    async (node) => {
      const number = nodes++;
      await nodesOf(home, id).set(nodeKey(number), node);
      return { commitId: id, number };
    },
  );
  if (changes === 0 && !allowEmpty) return undefined;
  const commit = create(CommitSchema, {
    id,
    parentId: parent.id,
    generation: parent.generation + 1,
    committer,
    message,
    metadata: { ...metadata },
    created: timestampFromMs(home.clock.now()),
    changes,
    tree,
  });
  await commitOf(home, id).set(commitKey, commit);
  return commit;
}

async function isStaged(home: OpenRepository, token: string): Promise<boolean> {
  for await (const _change of stagedChanges(home, token)) return true;
  return false;
}
