import type { Clock } from '../../src/clock.js';
import type { KeyValueStore } from '../../src/kv/key-value-store.js';
import { messages } from '../../src/kv/messages.js';
import type { RetryPolicy } from '../../src/kv/retry-policy.js';
import { ActionRunSchema } from './actions_pb.js';
import { StagedChangeSchema, TreeNodeSchema } from './objects_pb.js';
import { BranchSchema, CommitSchema, RepositorySchema, TagSchema, type Repository } from './refs_pb.js';
import { UploadPartSchema, UploadSchema } from './uploads_pb.js';
import { AccessKeySchema, UserSchema } from './users_pb.js';

/** What the service stands on. `retry` says how often a change that met others is tried again; times are the clock's. */
export interface Backend {
  readonly store: KeyValueStore;
  readonly clock: Clock;
  readonly retry?: Partial<RetryPolicy>;
  /** 0 inclusive to 1 exclusive; waits between tries are random. */
  readonly random?: () => number;
}

/** A repository that is there, for all that is done in it. */
export interface OpenRepository extends Backend {
  readonly repository: Repository;
}

/** Where each kind of record lies; the .proto files describe them. */
export const repositoriesPartition = 'repositories';
// The branches of a repository come last in their partition: a scan from the first one on meets nothing else.
export const branchesFrom = 'ref/';
export const branchKey = (name: string): string => `${branchesFrom}${name}`;
export const commitKey = 'commit';
export const nodeKey = (number: number): string => `node/${number}`;
export const usersPartition = 'users';
export const accessKeysPartition = 'access keys';
export const partKey = (number: number): string => String(number).padStart(5, '0');

/** Of a repository, by its own partition: what is named after that one, like `tags`. */
const beside = (repository: Uint8Array, name: string): Uint8Array =>
  Buffer.concat([repository, Buffer.from(`/${name}`)]);
export const tagsPartition = (repository: Uint8Array): Uint8Array => beside(repository, 'tags');
export const runsPartition = (repository: Uint8Array): Uint8Array => beside(repository, 'actions');
export const uploadsPartition = (repository: Uint8Array): Uint8Array => beside(repository, 'uploads');
export const partsPartition = (repository: Uint8Array, uploadId: string): Uint8Array =>
  beside(uploadsPartition(repository), uploadId);

/** Commits and staging tokens are named after their partitions. */
export const idOf = (partition: Uint8Array): string => Buffer.from(partition).toString();
export const partitionOf = (id: string): Uint8Array => Buffer.from(id);

export const repositoriesOf = ({ store }: Backend) => messages(store, RepositorySchema, repositoriesPartition);
export const branchesOf = ({ store, repository }: OpenRepository) =>
  messages(store, BranchSchema, repository.partition);
export const tagsOf = ({ store, repository }: OpenRepository) =>
  messages(store, TagSchema, tagsPartition(repository.partition));
export const commitOf = ({ store }: Backend, id: string) => messages(store, CommitSchema, partitionOf(id));
export const nodesOf = ({ store }: Backend, commitId: string) => messages(store, TreeNodeSchema, partitionOf(commitId));
export const stagedOf = ({ store }: Backend, token: string) => messages(store, StagedChangeSchema, partitionOf(token));
export const usersOf = ({ store }: Backend) => messages(store, UserSchema, usersPartition);
export const accessKeysOf = ({ store }: Backend) => messages(store, AccessKeySchema, accessKeysPartition);
export const runsOf = ({ store, repository }: OpenRepository) =>
  messages(store, ActionRunSchema, runsPartition(repository.partition));
export const uploadsOf = ({ store, repository }: OpenRepository) =>
  messages(store, UploadSchema, uploadsPartition(repository.partition));
export const partsOf = ({ store, repository }: OpenRepository, uploadId: string) =>
  messages(store, UploadPartSchema, partsPartition(repository.partition, uploadId));
