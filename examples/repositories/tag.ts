import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { OutcomeUnknownError, PredicateFailedError } from '../../src/errors.js';
import { AlreadyExistsError, NotFoundError } from './errors.js';
import { assertName } from './limits.js';
import { historyOf } from './log.js';
import { resolveRef } from './ref.js';
import { tagsOf, type OpenRepository } from './records.js';
import type { Tag } from './refs_pb.js';

/**
 * Names the newest commit of a branch or tag, or one before it. A commit that no ref leads to cannot be named: the sweep
 * may remove it. Throws AlreadyExistsError, and NotFoundError for a ref or commit that is not there.
 */
export async function createTag(
  home: OpenRepository,
  name: string,
  of: { readonly ref: string; readonly commitId?: string },
): Promise<void> {
  assertName('tag', name);
  const commitId = await commitIdOf(home, of);
  try {
    await tagsOf(home).setIf(name, { name, commitId, created: timestampFromMs(home.clock.now()) }, undefined);
  } catch (error) {
    if (error instanceof PredicateFailedError)
      throw new AlreadyExistsError(`tag "${name}" is in repository "${home.repository.name}" already`, {
        cause: error,
      });
    // A tag of this name and commit is what was asked for, whoever made it.
    if (!(error instanceof OutcomeUnknownError) || (await getTag(home, name))?.commitId !== commitId) throw error;
  }
}

/** The commit that a ref names, or the one before it that is asked for. */
export async function commitIdOf(
  home: OpenRepository,
  { ref, commitId }: { readonly ref: string; readonly commitId?: string },
): Promise<string> {
  const newest = (await resolveRef(home, ref)).commitId;
  if (commitId === undefined) return newest;
  for await (const { id } of historyOf(home, newest)) if (id === commitId) return id;
  throw new NotFoundError(`commit "${commitId}" is not in the history of "${ref}"`);
}

export async function getTag(home: OpenRepository, name: string): Promise<Tag | undefined> {
  return (await tagsOf(home).get(name))?.message;
}

/** The tags of a repository, in the order of their names. */
export async function* listTags(home: OpenRepository): AsyncGenerator<Tag> {
  for await (const { message } of tagsOf(home).scan()) yield message;
}

/** An absent tag is no error. */
export async function deleteTag(home: OpenRepository, name: string): Promise<void> {
  await tagsOf(home).delete(name);
}
