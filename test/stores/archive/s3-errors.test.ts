import { InputError, StoreUnavailableError } from '../../../src/errors.js';
import { s3Error } from '../../../src/stores/archive/s3-errors.js';

const failed = (error: unknown): Error => s3Error(error, 'reading', 's3://bucket/x');

test('a region that nobody named is asked for', () => {
  expect(failed(new Error('Region is missing'))).toBeInstanceOf(InputError);
  expect(failed(new Error('Region is missing')).message).toMatch(/^s3:\/\/bucket\/x: .*\?region=.*AWS_REGION/);
});

test.each([
  [new Error('connect ECONNREFUSED 127.0.0.1:1'), 'reading s3://bucket/x failed: connect ECONNREFUSED 127.0.0.1:1'],
  [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'reading s3://bucket/x failed: ECONNREFUSED'],
  [
    Object.assign(new Error('Authorization: secret'), { name: 'InternalError', $metadata: { httpStatusCode: 500 } }),
    'reading s3://bucket/x failed: InternalError',
  ],
])('a failure says why nobody answered, and repeats no message of S3: %s', (error, message) => {
  expect(failed(error)).toBeInstanceOf(StoreUnavailableError);
  expect(failed(error).message).toBe(message);
});
