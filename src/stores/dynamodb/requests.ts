import type { Clock } from '../../clock.js';
import { isErrorLike } from '../../error-like.js';
import { CarryoverError, InputError, StoreUnavailableError, TableNotFoundError, ThrottledError } from '../../errors.js';
import type { OnThrottled } from '../count-throttles.js';
import { type Failure, failureOf, pauseMs, type RetryRule, retryRules } from './retry-rules.js';

/** One request as errors name it, and who must be asked before it is sent. */
export interface Call {
  /** The operation of DynamoDB's API, `Scan`. */
  readonly operation: string;
  /** The table's logical name; undefined where there is none. */
  readonly table?: string;
  /** Called before every send, the repeated ones too; what it throws ends the call unchanged. */
  readonly beforeSend?: () => void;
  /** Gives the call up. */
  readonly signal?: AbortSignal;
}

export interface RequestDependencies {
  readonly location: string;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter. */
  readonly random: () => number;
  /** For parts of a batch: the client itself tells of requests. */
  readonly onThrottled?: OnThrottled | undefined;
}

/** Sends requests with a timeout each and tries again what `retryRules` say; all errors are Carryover's own. */
export class Requests {
  private readonly closing = new AbortController();

  constructor(private readonly dependencies: RequestDependencies) {}

  /**
   * The answer to a request. Throws ThrottledError, StoreUnavailableError, TableNotFoundError, or InputError for what the
   * engine refuses, with the engine's own error as `cause` (see `isFailure`).
   */
  async send<Answer>(call: Call, request: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      this.assertOpen();
      call.beforeSend?.();
      try {
        return await this.once(call, request);
      } catch (error) {
        if (error instanceof CarryoverError) throw error;
        const failure = failureOf(error);
        const rule = failure === 'throttled' || failure === 'unavailable' ? retryRules[failure] : undefined;
        if (rule === undefined || attempt >= rule.attempts) throw this.translated(call, failure, error);
        await this.pause(rule, attempt, call.signal);
      }
    }
  }

  /** A part of a batch came back undone. */
  unprocessed(): void {
    this.dependencies.onThrottled?.();
  }

  /** Waits before the next try; ends early, with an error, when the store is closed or the call given up. */
  async pause(rule: RetryRule, attempt: number, signal?: AbortSignal): Promise<void> {
    const { clock, random } = this.dependencies;
    const stop = signal === undefined ? this.closing.signal : AbortSignal.any([signal, this.closing.signal]);
    try {
      await clock.sleep(pauseMs(rule, attempt, random()), stop);
    } catch (cause) {
      throw new StoreUnavailableError(`a request to ${this.dependencies.location} was given up`, { cause });
    }
  }

  /** Ends all requests that are under way; every later one throws. */
  close(): void {
    this.closing.abort();
  }

  private assertOpen(): void {
    if (this.closing.signal.aborted) throw new StoreUnavailableError(`${this.dependencies.location} is closed`);
  }

  /**
   * The HTTP handler's own timeouts end with the answer's headers, and looking up credentials has none: this one is
   * over everything. Aborting ends the connection too, so that nothing is left hanging.
   */
  private async once<Answer>(call: Call, request: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    const { requestTimeoutMs, location } = this.dependencies;
    const controller = new AbortController();
    let giveUp!: (error: Error) => void;
    const ended = new Promise<never>((_resolve, reject) => (giveUp = reject));
    const stop = (why: Error): void => {
      giveUp(why);
      controller.abort();
    };
    const onAbort = (): void => stop(new StoreUnavailableError(`${describeCall(call)} in ${location} was given up`));
    const timer = setTimeout(() => stop(timeout(requestTimeoutMs)), requestTimeoutMs);
    this.closing.signal.addEventListener('abort', onAbort);
    call.signal?.addEventListener('abort', onAbort);
    if (call.signal?.aborted === true) onAbort();
    try {
      return await Promise.race([request(controller.signal), ended]);
    } finally {
      clearTimeout(timer);
      this.closing.signal.removeEventListener('abort', onAbort);
      call.signal?.removeEventListener('abort', onAbort);
    }
  }

  private translated(call: Call, failure: Failure, error: unknown): unknown {
    const { location } = this.dependencies;
    if (!isErrorLike(error) || failure === 'other') return error;
    const what = `${describeCall(call)} in ${location}`;
    switch (failure) {
      case 'throttled':
        return new ThrottledError(`${what} was throttled: ${error.message}`, { cause: error });
      case 'unavailable':
        return new StoreUnavailableError(`${what} got no answer: ${error.message || error.name}`, { cause: error });
      case 'absent':
        return withCause(new TableNotFoundError(call.table ?? '', location), error);
      case 'denied':
        return denied(call, location, error);
      default:
        return withCause(new InputError([{ field: fieldOf(call, location), message: refusal(call, error) }]), error);
    }
  }
}

/** Whether this error, or the engine's error behind it, is of that kind. */
export function isFailure(error: unknown, failure: Failure): boolean {
  return failureOf(error) === failure || (isErrorLike(error) && failureOf(error.cause) === failure);
}

function timeout(requestTimeoutMs: number): Error {
  return Object.assign(new Error(`nothing came within ${requestTimeoutMs} ms`), { name: 'TimeoutError' });
}

function withCause<E extends Error>(error: E, cause: Error): E {
  error.cause = cause;
  return error;
}

function describeCall(call: Call): string {
  return call.table === undefined ? call.operation : `${call.operation} of table "${call.table}"`;
}

function fieldOf(call: Call, location: string): string {
  return call.table === undefined ? location : `table "${call.table}" in ${location}`;
}

function refusal(call: Call, error: Error): string {
  return `DynamoDB refused ${call.operation}: ${error.message || error.name}`;
}

/**
 * A missing right is told in the engine's words, which name principal and action. All else about credentials is told in
 * our own, without cause: the engine repeats the request's authorization header in some of these messages.
 */
function denied(call: Call, location: string, error: Error): Error {
  const told: Readonly<Record<string, string>> = {
    AccessDeniedException: refusal(call, error),
    AccessDenied: refusal(call, error),
    CredentialsProviderError: `no credentials were found for ${call.operation}; check the environment, profile or role`,
  };
  const unsaid = `DynamoDB did not accept the credentials for ${call.operation} (${error.name})`;
  const message = told[error.name] ?? `${unsaid}; check the environment, profile or role`;
  const cause = Object.assign(new Error(error.name), { name: error.name });
  return withCause(new InputError([{ field: fieldOf(call, location), message }]), cause);
}
