import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { lambdaRuntime } from '../../functions/lambda-runtime.js';
import { withDefaults } from '../../src/settings.js';
import { openDeclaredStore } from '../../src/stores/open-declared-store.js';

/** What the stand-in for Secrets Manager answers next: what the real one does when it fails, and last the secret. */
let answers: [status: number, body: object][] = [];
let asked: string[] = [];
let server: Server;
const before = { ...process.env };

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(/Credential=\w+\/\d+\/([a-z0-9-]+)\//.exec(String(request.headers.authorization))?.[1] ?? '');
    const [status, body] = answers.length > 1 ? (answers.shift() ?? [500, {}]) : (answers[0] ?? [500, {}]);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    CARRYOVER_LEDGER_TABLE: 'ledger',
  });
});
afterAll(async () => {
  process.env = before;
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => (asked = []));

const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf';
const project = { stores: { orders: { url: 'postgres://db.example.com/shop', secretArn } } };
const secret = [200, { SecretString: JSON.stringify({ username: 'me', password: 'hunter2' }) }] as [number, object];
const failure = (type: string): [number, object] => [400, { __type: type, message: `${type}: in the service's words` }];

describe('a PostgreSQL store with a secret', () => {
  test('is opened with the secret of the region that its ARN names, and shows nothing of it', async () => {
    answers = [secret];
    const { store } = await openDeclaredStore(project, 'orders', withDefaults());
    expect(asked).toEqual(['eu-west-1']);
    expect(store.location).toBe('postgres://db.example.com/shop?schema=public');
    await store.close();
  });

  test.each([
    ['AccessDeniedException', 'InputError', /^stores\.orders\.secretArn: cannot be read: .*service's words/],
    ['ResourceNotFoundException', 'InputError', /^stores\.orders\.secretArn: cannot be read/],
    ['InternalServiceError', 'StoreUnavailableError', /^stores\.orders\.secretArn cannot be read/],
  ])('that meets %s ends with %s, which says what is to be done about it', async (type, name, message) => {
    answers = [failure(type)];
    const opening = openDeclaredStore(project, 'orders', withDefaults());
    await expect(opening).rejects.toMatchObject({ name });
    await expect(opening).rejects.toThrow(message);
  });

  test('whose request AWS does not take as signed says so without its words, which may repeat a token', async () => {
    const message = "The Canonical String should have been 'POST / x-amz-security-token:of-a-session'";
    answers = [[400, { __type: 'InvalidSignatureException', message }]];
    const error = await openDeclaredStore(project, 'orders', withDefaults()).catch((caught: unknown) => caught);
    expect(String(error)).toBe(
      'StoreUnavailableError: stores.orders.secretArn cannot be read: InvalidSignatureException',
    );
    expect(inspect(error, { depth: 20 })).not.toContain('of-a-session');
  });

  test('whose secret is not what it must be says so, without repeating it', async () => {
    answers = [[200, { SecretString: '{"user":"me","password":"hunter2"}' }]];
    const error = await openDeclaredStore(project, 'orders', withDefaults()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'InputError', faults: [{ field: 'stores.orders.secretArn' }] });
    expect(inspect(error, { depth: 20 })).not.toContain('hunter2');
  });

  test('is opened again by the next call of a function that could not open it', async () => {
    const deps = await lambdaRuntime(project, []).dependencies();
    answers = [failure('AccessDeniedException')];
    await expect(deps.openStore('orders')).rejects.toThrow('secretArn');
    answers = [secret];
    const store = await deps.openStore('orders');
    expect(await deps.openStore('orders')).toBe(store);
    await store.close();
    await deps.ledger.close();
  });
});
