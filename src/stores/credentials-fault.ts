import { CarryoverError, InputError, StoreUnavailableError } from '../errors.js';

/** What will not be otherwise the next time. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
const lasting =
  /^(AccessDenied|ResourceNotFound|InvalidRequest|InvalidParameter|DecryptionFailure|CredentialsProvider)/;

/** Of these the service's words may repeat the request with what it was signed by, the token of the session among it. */
const ofSignature = /^(InvalidSignature|IncompleteSignature|SignatureDoesNotMatch|MissingAuthenticationToken)/;

/** An error of AWS while it was asked for what a store is opened with, in Carryover's terms; `field` is where it was given. */
export function credentialsFault(error: unknown, field: string, happened: string): unknown {
  if (error instanceof CarryoverError || !(error instanceof Error)) return error;
  if (ofSignature.test(error.name)) return new StoreUnavailableError(`${field} ${happened}: ${error.name}`);
  if (lasting.test(error.name)) return new InputError([{ field, message: `${happened}: ${error.message}` }]);
  return new StoreUnavailableError(`${field} ${happened}: ${error.message}`, { cause: error });
}
