import { getCommit, nodeReader } from './commit-record.js';
import type { DataObject } from './objects_pb.js';
import type { OpenRepository } from './records.js';
import { resolveRef } from './ref.js';
import { newestOf, stagedChange, stagedChanges } from './staged-changes.js';
import type { Change } from './tree-change.js';
import { findObject, objectsFrom } from './tree-read.js';

/**
 * The object at a path of a branch, as it is staged or else committed, or of a tag; undefined when there is none.
 * Throws NotFoundError for a ref that is not there. A staging area that is committed while it is read is swept after the
 * grace period at the earliest: a read is shorter than that.
 */
export async function getObject(home: OpenRepository, ref: string, path: string): Promise<DataObject | undefined> {
  const { commitId, tokens } = await resolveRef(home, ref);
  const staged = await stagedChange(home, tokens, path);
  if (staged !== undefined) return staged.object;
  const { tree } = await getCommit(home, commitId);
  return tree && findObject(tree, path, nodeReader(home));
}

/** The objects of a ref in the byte order of their paths, from one on (inclusive). Throws as getObject does. */
export async function* listObjects(home: OpenRepository, ref: string, from = ''): AsyncGenerator<DataObject> {
  const { commitId, tokens } = await resolveRef(home, ref);
  const { tree } = await getCommit(home, commitId);
  const committed = tree === undefined ? [] : [asChanges(objectsFrom(tree, from, nodeReader(home)))];
  const staged = tokens.map((token) => stagedChanges(home, token, from));
  for await (const { object } of newestOf([...staged, ...committed])) if (object !== undefined) yield object;
}

async function* asChanges(objects: AsyncIterable<DataObject>): AsyncGenerator<Change> {
  for await (const object of objects) yield { path: object.path, object };
}
