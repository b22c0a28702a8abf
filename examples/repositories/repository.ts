import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { OutcomeUnknownError, PredicateFailedError } from '../../src/errors.js';
import { beginLinked, link, type BegunLink } from '../../src/kv/linked-objects.js';
import { AlreadyExistsError, NotFoundError } from './errors.js';
import { assertName } from './limits.js';
import { TreeSchema } from './objects_pb.js';
import {
  branchesOf,
  branchKey,
  commitKey,
  commitOf,
  idOf,
  repositoriesOf,
  repositoriesPartition,
  type Backend,
  type OpenRepository,
} from './records.js';
import { BranchSchema, CommitSchema, RepositorySchema, type Repository } from './refs_pb.js';

export interface RepositoryToCreate {
  readonly name: string;
  readonly storageNamespace: string;
  /** Default `main`. */
  readonly defaultBranch?: string;
}

/**
 * Creates a repository: its partition first, with an empty commit and the default branch, itself last. Killed in between,
 * there is nothing that anybody sees; the sweep removes it. Throws InputError, AlreadyExistsError, and
 * OutcomeUnknownError when it may or may not be there.
 */
export async function createRepository(backend: Backend, options: RepositoryToCreate): Promise<OpenRepository> {
  const { name, storageNamespace, defaultBranch = 'main' } = options;
  assertName('repository', name);
  assertName('default branch', defaultBranch);
  const parent = { partition: Buffer.from(repositoriesPartition), key: Buffer.from(name) };
  if ((await repositoriesOf(backend).get(name)) !== undefined) throw alreadyExists(name);
  const begun = await beginLinked(backend.store, parent, backend);
  if (begun.value !== undefined) throw alreadyExists(name);
  const created = timestampFromMs(backend.clock.now());
  const { partition } = begun;
  const repository = create(RepositorySchema, { name, partition, storageNamespace, defaultBranch, created });
  const home = { ...backend, repository };
  const commitId = idOf(partition);
  const commit = { id: commitId, generation: 1, message: 'Repository created', created, tree: create(TreeSchema) };
  await commitOf(home, commitId).set(commitKey, create(CommitSchema, commit));
  await branchesOf(home).set(branchKey(defaultBranch), create(BranchSchema, { name: defaultBranch, commitId }));
  await linkRepository(backend, begun, repository);
  return home;
}

async function linkRepository(backend: Backend, begun: BegunLink, repository: Repository): Promise<void> {
  try {
    await link(backend.store, begun, toBinary(RepositorySchema, repository));
  } catch (error) {
    if (!(error instanceof PredicateFailedError) && !(error instanceof OutcomeUnknownError)) throw error;
    const found = (await repositoriesOf(backend).get(repository.name))?.message;
    if (found === undefined) throw error;
    if (idOf(found.partition) !== idOf(repository.partition)) throw alreadyExists(repository.name);
  }
}

function alreadyExists(name: string): AlreadyExistsError {
  return new AlreadyExistsError(`there is a repository "${name}" already`);
}

/** Throws NotFoundError when there is no repository of this name. */
export async function openRepository(backend: Backend, name: string): Promise<OpenRepository> {
  const found = await repositoriesOf(backend).get(name);
  if (found === undefined) throw new NotFoundError(`there is no repository "${name}"`);
  return { ...backend, repository: found.message };
}

/** All repositories, in the order of their names. */
export async function* listRepositories(backend: Backend): AsyncGenerator<Repository> {
  for await (const { message } of repositoriesOf(backend).scan()) yield message;
}
