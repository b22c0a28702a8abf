import { failureOf, pauseMs, retryRules } from '../../src/ledger/request-failures.js';

const error = (fields: object) => Object.assign(new Error('said'), fields);

describe('failureOf', () => {
  test.each([
    ['condition', error({ name: 'ConditionalCheckFailedException', $metadata: { httpStatusCode: 400 } })],
    ['absent', error({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } })],
    ['throttled', error({ name: 'ProvisionedThroughputExceededException', $metadata: { httpStatusCode: 400 } })],
    ['unavailable', error({ name: 'SomethingNew', $metadata: { httpStatusCode: 503 } })],
    ['unavailable', error({ code: 'ECONNRESET' })],
    ['unavailable', error({ name: 'TimeoutError' })],
    ['unavailable', new SyntaxError('Unexpected end of JSON input')],
    ['credentials', error({ name: 'ExpiredTokenException', $metadata: { httpStatusCode: 400 } })],
    ['other', error({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } })],
    ['denied', error({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } })],
    ['other', new TypeError('a mistake of our own')],
    ['other', 'no error at all'],
  ])('says "%s"', (failure, thrown) => {
    expect(failureOf(thrown)).toBe(failure);
  });

  test('has no second try for conditions and for what will not pass', () => {
    expect(Object.keys(retryRules).sort()).toEqual(['throttled', 'unavailable']);
  });
});

describe('pauseMs', () => {
  test('doubles what it draws from, up to its bound', () => {
    const rule = { attempts: 9, firstMs: 50, atMostMs: 300 };
    expect([1, 2, 3, 4, 9].map((attempt) => pauseMs(rule, attempt, 1))).toEqual([50, 100, 200, 300, 300]);
    expect(pauseMs(rule, 3, 0.25)).toBe(50);
    expect(pauseMs(rule, 3, 0)).toBe(0);
  });
});
