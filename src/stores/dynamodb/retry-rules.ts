import { isErrorLike } from '../../error-like.js';

/** What a failed request means to a caller. Everything that is decided about it is decided by this word. */
export type Failure =
  'throttled' | 'unavailable' | 'absent' | 'in-use' | 'refused' | 'denied' | 'unknown-operation' | 'other';

export interface RetryRule {
  /** How often a request is sent in all. */
  readonly attempts: number;
  /** The n-th pause is a random time between 0 and `firstMs` doubled n-1 times, at most `atMostMs` (full jitter). */
  readonly firstMs: number;
  readonly atMostMs: number;
}

/** What is tried again; what is not listed never is. Throttling passes in seconds, a dead endpoint does not. */
export const retryRules = {
  throttled: { attempts: 12, firstMs: 50, atMostMs: 5_000 },
  unavailable: { attempts: 4, firstMs: 100, atMostMs: 2_000 },
} as const satisfies Partial<Record<Failure, RetryRule>>;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and the common errors of AWS. */
const failureOfName = new Map<string, Failure>(
  Object.entries({
    ProvisionedThroughputExceededException: 'throttled',
    ThrottlingException: 'throttled',
    Throttling: 'throttled',
    RequestLimitExceeded: 'throttled',
    LimitExceededException: 'throttled',
    TooManyRequestsException: 'throttled',
    TransactionConflictException: 'throttled',
    TransactionInProgressException: 'throttled',
    InternalServerError: 'unavailable',
    InternalFailure: 'unavailable',
    ServiceUnavailable: 'unavailable',
    ServiceUnavailableException: 'unavailable',
    ReplicatedWriteConflictException: 'unavailable',
    RequestTimeout: 'unavailable',
    RequestTimeoutException: 'unavailable',
    TimeoutError: 'unavailable',
    EmptyAnswer: 'unavailable',
    ResourceNotFoundException: 'absent',
    TableNotFoundException: 'absent',
    ResourceInUseException: 'in-use',
    TableInUseException: 'in-use',
    TableAlreadyExistsException: 'in-use',
    ValidationException: 'refused',
    SerializationException: 'refused',
    ItemCollectionSizeLimitExceededException: 'refused',
    UnknownOperationException: 'unknown-operation',
    AccessDeniedException: 'denied',
    AccessDenied: 'denied',
    UnrecognizedClientException: 'denied',
    InvalidSignatureException: 'denied',
    IncompleteSignatureException: 'denied',
    IncompleteSignature: 'denied',
    MissingAuthenticationTokenException: 'denied',
    MissingAuthenticationToken: 'denied',
    ExpiredTokenException: 'denied',
    ExpiredToken: 'denied',
    InvalidClientTokenId: 'denied',
    SignatureDoesNotMatch: 'denied',
    OptInRequired: 'denied',
    CredentialsProviderError: 'denied',
    TokenProviderError: 'denied',
  }),
);

/** System errors of a connection or of TLS; a truncated answer shows as one of the last two or as a SyntaxError of the parser. */
const brokenConnection =
  /^(ECONN(RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EPROTO|HPE_.*|CERT_.*|ERR_(TLS|SSL)_.*|.*_SELF_SIGNED_CERT.*|UNABLE_TO_.*|ERR_STREAM_PREMATURE_CLOSE)$/;

/** What an error that the SDK threw means. `other` where it is not a failed request at all: an error of our own. */
export function failureOf(error: unknown): Failure {
  if (!isErrorLike(error)) return 'other';
  const named = failureOfName.get(error.name);
  if (named !== undefined) return named;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (typeof code === 'string' && brokenConnection.test(code)) return 'unavailable';
  if (error.name === 'SyntaxError' || error.message === 'aborted') return 'unavailable';
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return 'other';
  return status >= 500 || status === 408 || status < 300 ? 'unavailable' : 'refused';
}

/** An answer that lacks what every answer to its request has: something on the way lost the body. Tried again. */
export function emptyAnswer(): Error {
  return Object.assign(new Error('the answer was empty'), { name: 'EmptyAnswer' });
}

/** How long to wait after the `attempt`-th try, in milliseconds; `random` is between 0 and 1. */
export function pauseMs(rule: RetryRule, attempt: number, random: number): number {
  return random * Math.min(rule.atMostMs, rule.firstMs * 2 ** (attempt - 1));
}
