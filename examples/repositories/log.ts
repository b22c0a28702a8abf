import { getCommit } from './commit-record.js';
import { resolveRef } from './ref.js';
import type { OpenRepository } from './records.js';
import type { Commit } from './refs_pb.js';

/** The commits of a branch or tag, newest first, each followed by its parent. Throws NotFoundError for a ref that is not there. */
export async function* log(home: OpenRepository, ref: string): AsyncGenerator<Commit> {
  const { commitId } = await resolveRef(home, ref);
  yield* historyOf(home, commitId);
}

/** A commit and all before it, newest first. */
export async function* historyOf(home: OpenRepository, commitId: string): AsyncGenerator<Commit> {
  for (let id = commitId; id !== '';) {
    const commit = await getCommit(home, id);
    yield commit;
    id = commit.parentId;
  }
}

/** True when the commit of this id and generation is `head` or before it. Reads the commits between them. */
export async function isInHistory(
  home: OpenRepository,
  head: string,
  commit: Pick<Commit, 'id' | 'generation'>,
): Promise<boolean> {
  for await (const { id, generation } of historyOf(home, head)) {
    if (id === commit.id) return true;
    if (generation <= commit.generation) return false;
  }
  return false;
}
