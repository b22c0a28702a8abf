import { isErrorLike } from '../error-like.js';

/** What a failed request to the ledger means; everything that is decided about it is decided by this word. */
export type RequestFailure = 'throttled' | 'unavailable' | 'condition' | 'absent' | 'denied' | 'credentials' | 'other';

export interface RetryRule {
  /** How often a request is sent in all. */
  readonly attempts: number;
  /** The n-th pause is a random time between 0 and `firstMs` doubled n-1 times, at most `atMostMs` (full jitter). */
  readonly firstMs: number;
  readonly atMostMs: number;
}

/**
 * What is sent again; what is not listed never is. Conditional writes are sent again too: each carries a write id, and a
 * condition that fails afterwards is judged by the entry's write id (see conditional-write.ts).
 */
export const retryRules: Readonly<Partial<Record<RequestFailure, RetryRule>>> = {
  throttled: { attempts: 10, firstMs: 50, atMostMs: 5_000 },
  unavailable: { attempts: 4, firstMs: 100, atMostMs: 2_000 },
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and AWS's common errors. */
const failureOfName: Readonly<Record<string, RequestFailure>> = {
  ConditionalCheckFailedException: 'condition',
  ResourceNotFoundException: 'absent',
  ProvisionedThroughputExceededException: 'throttled',
  ThrottlingException: 'throttled',
  RequestLimitExceeded: 'throttled',
  LimitExceededException: 'throttled',
  TransactionConflictException: 'throttled',
  InternalServerError: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ReplicatedWriteConflictException: 'unavailable',
  TimeoutError: 'unavailable',
  AbortError: 'unavailable',
  AccessDeniedException: 'denied',
  UnrecognizedClientException: 'credentials',
  InvalidSignatureException: 'credentials',
  IncompleteSignatureException: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  ExpiredTokenException: 'credentials',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
};

/** System errors of a connection; a truncated answer shows as one of the last two or as the parser's SyntaxError. */
const brokenConnection =
  /^(ECONN(RESET|REFUSED|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|HPE_.*|ERR_STREAM_PREMATURE_CLOSE)$/;

export function failureOf(error: unknown): RequestFailure {
  if (!isErrorLike(error)) return 'other';
  const named = failureOfName[error.name];
  if (named !== undefined) return named;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (typeof code === 'string' && brokenConnection.test(code)) return 'unavailable';
  if (error.name === 'SyntaxError' || error.message === 'aborted') return 'unavailable';
  const status = $metadata?.httpStatusCode;
  // An error within a successful answer is a body that did not come whole.
  return status !== undefined && (status >= 500 || status === 408 || status < 300) ? 'unavailable' : 'other';
}

/** How long to wait after the `attempt`-th try; `random` is between 0 and 1. */
export function pauseMs(rule: RetryRule, attempt: number, random: number): number {
  return random * Math.min(rule.atMostMs, rule.firstMs * 2 ** (attempt - 1));
}
