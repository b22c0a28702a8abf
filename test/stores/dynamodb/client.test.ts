import { createDynamodbClient } from '../../../src/stores/dynamodb/client.js';

const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
const before = names.map((name) => [name, process.env[name]] as const);

function environment(values: Partial<Record<(typeof names)[number], string>>): void {
  for (const name of names) {
    const value = values[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

afterEach(() => environment(Object.fromEntries(before.filter(([, value]) => value !== undefined))));

describe('the credentials of a client', () => {
  it.each(['http://127.0.0.1:8000', 'http://localhost:8000', 'http://[::1]:8000', 'http://127.8.0.1'])(
    'need not be there for an emulator at %s',
    async (endpoint) => {
      environment({});
      const client = createDynamodbClient({ region: 'eu-west-1', endpoint, requestTimeoutMs: 1_000 });
      expect(await client.config.credentials()).toMatchObject({ accessKeyId: 'local' });
    },
  );

  it('are those of the environment where it has some', async () => {
    environment({ AWS_ACCESS_KEY_ID: 'mine', AWS_SECRET_ACCESS_KEY: 'secret' });
    const endpoint = 'http://127.0.0.1:8000';
    const client = createDynamodbClient({ region: 'eu-west-1', endpoint, requestTimeoutMs: 1_000 });
    expect(await client.config.credentials()).toMatchObject({ accessKeyId: 'mine' });
  });

  it.each(['http://127.0.0.1.example.com', 'http://localhost.example.com', 'http://10.0.0.1:8000'])(
    'are never made up for %s, which is another machine',
    async (endpoint) => {
      environment({});
      // Else the chain looks for the metadata service of a virtual machine.
      process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
      const client = createDynamodbClient({ region: 'eu-west-1', endpoint, requestTimeoutMs: 1_000 });
      await expect(client.config.credentials()).rejects.toThrow();
    },
  );
});

describe('a client', () => {
  it('never retries by itself: a write must ask its fence first', async () => {
    const client = createDynamodbClient({ region: 'eu-west-1', requestTimeoutMs: 1_000 });
    expect(await client.config.maxAttempts()).toBe(1);
  });
});
