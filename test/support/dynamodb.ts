import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';

export interface TestDynamodb {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * A DynamoDB for tests: an embedded one in memory, or the one that DYNAMODB_LOCAL_ENDPOINT names (Amazon's DynamoDB
 * Local, see test/dynamodb-local). That one is shared by all suites, so that every suite uses a table prefix of its own.
 * Sets credentials for the SDK where the environment has none: both engines take any, but the SDK sends no request without.
 */
export async function testDynamodb(): Promise<TestDynamodb> {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local';
  const endpoint = process.env['DYNAMODB_LOCAL_ENDPOINT'];
  return endpoint === undefined ? startEmbeddedDynamodb() : { endpoint, stop: () => Promise.resolve() };
}
