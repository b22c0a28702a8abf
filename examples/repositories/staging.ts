import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { ulid } from 'ulid';
import { PredicateFailedError } from '../../src/errors.js';
import { Backoff } from '../../src/kv/retry-policy.js';
import { changeBranch, contention } from './branch-change.js';
import { requireBranch } from './branch.js';
import { assertObjectSize, assertPath } from './limits.js';
import { DataObjectSchema, StagedChangeSchema, type DataObject, type StagedChange } from './objects_pb.js';
import { stagedOf, type OpenRepository } from './records.js';
import type { Branch } from './refs_pb.js';

/** What a caller says of an object. */
export interface ObjectToPut {
  readonly path: string;
  readonly address: string;
  readonly checksum?: string;
  readonly sizeBytes?: number | bigint;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Stages an object on a branch, in the place of what is there. Throws InputError, NotFoundError, and PredicateFailedError
 * when commits sealed the staging area each time; whoever is killed or told of an error may have staged it.
 */
export async function putObject(home: OpenRepository, branch: string, object: ObjectToPut): Promise<DataObject> {
  assertPath(object.path);
  const put = create(DataObjectSchema, {
    ...object,
    metadata: { ...object.metadata },
    sizeBytes: BigInt(object.sizeBytes ?? 0),
    modified: timestampFromMs(home.clock.now()),
    putId: ulid(),
  });
  assertObjectSize(toBinary(DataObjectSchema, put).length);
  await stage(home, branch, put.path, { case: 'put', value: put });
  return put;
}

/** Stages that a path has no object. Throws as putObject does; an absent object is no error. */
export async function deleteObject(home: OpenRepository, branch: string, path: string): Promise<void> {
  assertPath(path);
  await stage(home, branch, path, { case: 'deleteId', value: ulid() });
}

/**
 * Writes a change to the staging area and looks whether it was sealed meanwhile: then a commit may or may not have seen
 * the change, and it is written to the next one too. A commit that finds it made already leaves it out.
 */
async function stage(home: OpenRepository, name: string, path: string, change: StagedChange['change']): Promise<void> {
  const backoff = new Backoff(contention, home);
  for (let attempt = 1; ; attempt++) {
    let { stagingToken } = await requireBranch(home, name);
    if (stagingToken === '') {
      await sealStaging(home, name, stagingToken);
      ({ stagingToken } = await requireBranch(home, name));
    }
    if (stagingToken !== '') {
      await stagedOf(home, stagingToken).set(path, create(StagedChangeSchema, { change }));
      if ((await requireBranch(home, name)).stagingToken === stagingToken) return;
    }
    if (!(await backoff.again(attempt)))
      throw new PredicateFailedError(`commits sealed the staging area of branch "${name}" each time; try again`);
  }
}

/** Gives a branch a new staging area in the place of `token`, which is sealed; nothing is to be done when it is already. */
export function sealStaging(home: OpenRepository, name: string, token: string): Promise<void> {
  const sealed = (branch: Branch, id: string): Branch | undefined => {
    if (branch.stagingToken !== token) return undefined;
    if (token !== '') branch.sealedTokens.unshift(token);
    branch.stagingToken = id;
    return branch;
  };
  return changeBranch(home, name, { create: (branch, id) => Promise.resolve(sealed(branch, id)), again: sealed });
}
