import { fromBinary } from '@bufbuild/protobuf';
import { keepForEver } from '../../src/kv/linked-objects.js';
import { sweep, type Reaches, type SweepReport } from '../../src/kv/sweep.js';
import { stagingTokensOf } from './branch.js';
import { idOf, partitionOf, repositoriesPartition, type Backend } from './records.js';
import { BranchSchema, RepositorySchema, type Branch } from './refs_pb.js';

/**
 * Removes what killed and overtaken creations left and staging areas that were committed, once nothing has reached them
 * for the grace period, which must be longer than any call of this service takes. Runs at any time, also twice at once.
 */
export function sweepRepositories(
  { store, clock }: Backend,
  options: { readonly graceMs: number },
): Promise<SweepReport> {
  return sweep(store, { ...options, clock, reaches });
}

/** What a repository names, and every commit that a branch took, stays for ever; a staging area as long as it is on its branch. */
export const reaches: Reaches = (value, { partition, parent }) => {
  const id = idOf(partition);
  if (value === undefined) return false;
  if (idOf(parent.partition) === repositoriesPartition)
    return idOf(fromBinary(RepositorySchema, value).partition) === id && 'for ever';
  const branch = fromBinary(BranchSchema, value);
  if (branch.unsettledCommitIds.includes(id)) return 'for ever';
  return stagingTokensOf(branch).includes(id);
};

/**
 * Tells the sweep that the branch's commits stay for ever, so that the branch need not name them any more: the next
 * commits do, and a branch that is made anew under this name does not.
 */
export async function settle({ store }: Backend, { unsettledCommitIds }: Branch): Promise<void> {
  for (const id of unsettledCommitIds) await keepForEver(store, partitionOf(id));
}
