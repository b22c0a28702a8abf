import fc from 'fast-check';
import { emptyAnswer, type Failure, failureOf, pauseMs, retryRules } from '../../../src/stores/dynamodb/retry-rules.js';

function error(name: string, fields: object = {}): Error {
  return Object.assign(new Error('m'), { name }, fields);
}

describe('what a failed request means', () => {
  it.each<[string, Error, Failure]>([
    ['throttling', error('ThrottlingException', { $metadata: { httpStatusCode: 400 } }), 'throttled'],
    ['a status of the service beyond 500', error('Whatever', { $metadata: { httpStatusCode: 503 } }), 'unavailable'],
    ['an unknown refusal', error('Whatever', { $metadata: { httpStatusCode: 400 } }), 'refused'],
    ['a request that is too large', error('Unknown', { $metadata: { httpStatusCode: 413 } }), 'refused'],
    ['an answer that is no JSON', new SyntaxError('Unexpected token'), 'unavailable'],
    ['a broken connection', error('Error', { code: 'ECONNRESET' }), 'unavailable'],
    ['a certificate that is not valid', error('Error', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'unavailable'],
    ['an empty answer', emptyAnswer(), 'unavailable'],
    ['a table that is not there', error('ResourceNotFoundException'), 'absent'],
    ['a role that may not be assumed', error('AccessDenied', { $metadata: { httpStatusCode: 403 } }), 'denied'],
    ['a fault in this program', new TypeError('x is not a function'), 'other'],
    ['an error named like a part of every object', error('constructor'), 'other'],
  ])('%s', (_what, failed, failure) => {
    expect(failureOf(failed)).toBe(failure);
  });
});

describe('the pause before another try', () => {
  it('is a random part of a time that doubles up to a limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const { firstMs, atMostMs } = retryRules.throttled;
        const pause = pauseMs(retryRules.throttled, attempt, random);
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(pause).toBeLessThanOrEqual(Math.min(atMostMs, firstMs * 2 ** (attempt - 1)));
        expect(pause).toBe(random * pauseMs(retryRules.throttled, attempt, 1));
      }),
    );
  });
});
