import { create } from '@bufbuild/protobuf';
import { branchNotFound } from './branch.js';
import { AlreadyExistsError } from './errors.js';
import { assertName } from './limits.js';
import { settle } from './reachability.js';
import { branchesOf, branchKey, type OpenRepository } from './records.js';
import { BranchSchema } from './refs_pb.js';
import { commitIdOf } from './tag.js';

/**
 * Makes a branch that begins with the newest commit of a branch or tag, or with one before it; what is staged there is
 * not carried over. Throws AlreadyExistsError, and NotFoundError for a ref or commit that is not there.
 */
export async function createBranch(
  home: OpenRepository,
  name: string,
  from: { readonly ref: string; readonly commitId?: string },
): Promise<void> {
  assertName('branch', name);
  const commitId = await commitIdOf(home, from);
  await branchesOf(home).update(
    branchKey(name),
    async (found) => {
      if (found !== undefined && !found.deleted)
        throw new AlreadyExistsError(`branch "${name}" is in repository "${home.repository.name}" already`);
      if (found !== undefined) await settle(home, found);
      return create(BranchSchema, { name, commitId });
    },
    home,
  );
}

/**
 * Deletes a branch with all that is staged on it. Its commits stay, and so does a mark of its name: a commit or put that
 * is under way meanwhile fails. Throws NotFoundError.
 */
export async function deleteBranch(home: OpenRepository, name: string): Promise<void> {
  await branchesOf(home).update(
    branchKey(name),
    (branch) => {
      if (branch === undefined || branch.deleted) throw branchNotFound(home, name);
      branch.deleted = true;
      branch.stagingToken = '';
      branch.sealedTokens = [];
      return branch;
    },
    home,
  );
}
