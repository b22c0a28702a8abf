import { CorruptDataError } from '../../src/errors.js';
import { NotFoundError } from './errors.js';
import { commitKey, commitOf, nodeKey, nodesOf, type Backend } from './records.js';
import type { Commit } from './refs_pb.js';
import type { ReadNode } from './tree-read.js';

/** A commit; throws NotFoundError when there is none of this id. */
export async function getCommit(backend: Backend, id: string): Promise<Commit> {
  const found = await commitOf(backend, id).get(commitKey);
  if (found === undefined) throw new NotFoundError(`there is no commit "${id}"`);
  return found.message;
}

/** Reads the nodes that commits wrote; throws CorruptDataError for one that is missing. */
export function nodeReader(backend: Backend): ReadNode {
  return async ({ commitId, number }) => {
    const found = await nodesOf(backend, commitId).get(nodeKey(number));
    if (found === undefined) throw new CorruptDataError(`commit "${commitId}" lacks node ${number} of its tree`);
    return found.message;
  };
}
