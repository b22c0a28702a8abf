import { NotFoundError } from './errors.js';
import { branchesFrom, branchesOf, branchKey, type OpenRepository } from './records.js';
import type { Branch } from './refs_pb.js';

/** A branch, or undefined when there is none of this name, or no longer. */
export async function getBranch(home: OpenRepository, name: string): Promise<Branch | undefined> {
  const found = await branchesOf(home).get(branchKey(name));
  return found === undefined || found.message.deleted ? undefined : found.message;
}

/** A branch; throws NotFoundError when there is none of this name. */
export async function requireBranch(home: OpenRepository, name: string): Promise<Branch> {
  const branch = await getBranch(home, name);
  if (branch === undefined) throw branchNotFound(home, name);
  return branch;
}

export function branchNotFound({ repository }: OpenRepository, name: string): NotFoundError {
  return new NotFoundError(`there is no branch "${name}" in repository "${repository.name}"`);
}

/** The branches of a repository, in the order of their names. */
export async function* listBranches(home: OpenRepository): AsyncGenerator<Branch> {
  for await (const { message } of branchesOf(home).scan(branchesFrom)) if (!message.deleted) yield message;
}

/** Where changes of a branch lie that are not committed, newest first. */
export function stagingTokensOf({ stagingToken, sealedTokens }: Branch): string[] {
  return stagingToken === '' ? sealedTokens : [stagingToken, ...sealedTokens];
}
