import { getBranch, stagingTokensOf } from './branch.js';
import { NotFoundError } from './errors.js';
import { tagsOf, type OpenRepository } from './records.js';

/** What a ref names: a commit and, for a branch, the staging areas above it, newest first. */
export interface ResolvedRef {
  readonly commitId: string;
  readonly tokens: readonly string[];
}

/** The branch of this name, else the tag; throws NotFoundError when there is neither. */
export async function resolveRef(home: OpenRepository, ref: string): Promise<ResolvedRef> {
  const branch = await getBranch(home, ref);
  if (branch !== undefined) return { commitId: branch.commitId, tokens: stagingTokensOf(branch) };
  const tag = (await tagsOf(home).get(ref))?.message;
  if (tag !== undefined) return { commitId: tag.commitId, tokens: [] };
  throw new NotFoundError(`there is no branch or tag "${ref}" in repository "${home.repository.name}"`);
}
