import { CarryoverError } from '../../src/errors.js';

/** A repository, branch, tag or commit that is not there. */
export class NotFoundError extends CarryoverError {
  override readonly name = 'NotFoundError';
}

/** A repository, branch or tag of this name is there already. */
export class AlreadyExistsError extends CarryoverError {
  override readonly name = 'AlreadyExistsError';
}

/** Nothing was staged since the last commit, and an empty commit was not asked for. */
export class NothingToCommitError extends CarryoverError {
  override readonly name = 'NothingToCommitError';
}
