import { CarryoverError, CorruptDataError, InputError, StoreUnavailableError, ThrottledError } from '../../errors.js';

const throttling = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequests',
]);

/** What retrying does not mend, and what would. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const advice: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist; make it, or correct its name',
  PermanentRedirect: 'the bucket lies in another region; name it with ?region=',
  AuthorizationHeaderMalformed: 'the bucket lies in another region; name it with ?region=',
  AccessDenied:
    'access is denied; needed are s3:ListBucket on the bucket, s3:GetObject on its objects and, for a target, ' +
    's3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload and s3:ListBucketMultipartUploads',
  InvalidAccessKeyId: 'the access key is not known',
  SignatureDoesNotMatch: 'the secret access key is wrong',
  ExpiredToken: 'the credentials have expired',
  CredentialsProviderError: 'no credentials were found in the standard chain',
  InvalidBucketName: 'this cannot be the name of a bucket',
};

/** The HTTP status of an answer of S3, when there was one. */
export function statusOf(error: unknown): number | undefined {
  const metadata = typeof error === 'object' && error !== null && '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : 'Error';
}

/** Whether S3 said that there is no such object. A missing bucket is something else. */
export function isMissing(error: unknown): boolean {
  return ['NoSuchKey', 'NotFound'].includes(nameOf(error));
}

/** Whether S3 asks to slow down. */
export function isThrottling(error: unknown): boolean {
  const status = statusOf(error);
  return throttling.has(nameOf(error)) || status === 429 || status === 503;
}

/** The error of the error set for a failed request. Errors of the set pass (a fence that closed, for one). */
export function s3Error(error: unknown, doing: string, place: string): Error {
  if (error instanceof CarryoverError) return error;
  const name = nameOf(error);
  const status = statusOf(error);
  // The answer to a HEAD request has no body that would name the error.
  const known = advice[name] ?? withoutRegion(error) ?? (status === 403 ? advice['AccessDenied'] : undefined);
  if (known !== undefined) return new InputError([{ field: place, message: known }]);
  if (status === 412) return new CorruptDataError(`${place} was replaced while it was read`, { cause: error });
  if (isThrottling(error)) {
    return new ThrottledError(`S3 asks to slow down (${name}) while ${doing} ${place}`, { cause: error });
  }
  // Without a status nobody answered, and the message says why; S3's own messages may repeat headers of the request.
  const reason = status === undefined ? connectionFailure(error) : name;
  return new StoreUnavailableError(`${doing} ${place} failed: ${reason}`, { cause: error });
}

/** The SDK's own complaint, which has no name. */
function withoutRegion(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  return message === 'Region is missing' ? 'its region is not known: add ?region=, or set AWS_REGION' : undefined;
}

/** A host with several addresses that all fail gives an error without a message of its own. */
function connectionFailure(error: unknown): string {
  const { message = '', code = '' } = error as { message?: string; code?: string };
  return message || code || nameOf(error);
}
