import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { statementsOf, storeEnvironment } from '../../../cdk/grants/store-grants.js';
import { steps, type Step } from '../../../cdk/functions/steps.js';
import type { DeclaredStore } from '../../../src/project.js';
import { deployedStores } from '../../../src/project/deployed-stores.js';
import { rightsOf, type Statement } from '../synthesised.js';

const stack = new Stack(new App(), 'Test', { env: { account: '123456789012', region: 'us-east-1' } });

/** The statements of a step on a store, as they are in a policy. */
function policyOf(step: Step, store: DeclaredStore): Statement[] {
  const [deployed] = deployedStores({ stores: { store } }).stores;
  if (deployed === undefined) return [];
  const statements: PolicyStatement[] = statementsOf(step, deployed, stack);
  return statements.map((statement) => stack.resolve(statement.toStatementJson()) as Statement);
}

/** The rights of a step, the partition left out. */
function rights(step: Step, store: DeclaredStore): string[] {
  return rightsOf(policyOf(step, store)).map((right) => right.replace('arn:${AWS::Partition}:', ''));
}

const source: DeclaredStore = { url: 'dynamodb://eu-west-1/old-', role: 'source', tables: ['orders', 'lines*'] };
const target: DeclaredStore = { url: 'dynamodb://eu-central-1/new-', role: 'target' };
const state = 'dynamodb:eu-central-1:123456789012:table/new-carryover';
const sourceState = ['GetItem', 'Query'].map(
  (action) => `dynamodb:${action} on dynamodb:eu-west-1:123456789012:table/old-carryover`,
);
const stateRights = ['DeleteItem', 'GetItem', 'PutItem', 'Query'].map((action) => `dynamodb:${action} on ${state}`);
const tables = 'dynamodb:eu-central-1:123456789012:table/new-*';
const describing = ['DescribeTable', 'DescribeTimeToLive', 'ListTagsOfResource'].map(
  (action) => `dynamodb:${action} on ${tables}`,
);
const reading = ['BatchGetItem', 'Scan'].map((action) => `dynamodb:${action} on ${tables}`);

/** The texts of the files of a folder whose names begin with `prefix`. */
async function sources(folder: string, prefix = ''): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix) && name.endsWith('.ts'));
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

describe('rights on a DynamoDB store', () => {
  it.each<[Step, string[]]>([
    [
      'begin',
      [
        ...describing,
        ...reading,
        ...['CreateTable', 'DescribeTable'].map((action) => `dynamodb:${action} on ${state}`),
      ],
    ],
    ['setup', [...describing, ...reading, `dynamodb:CreateTable on ${tables}`, `dynamodb:TagResource on ${tables}`]],
    ['migrate', [...describing, `dynamodb:BatchGetItem on ${tables}`, `dynamodb:BatchWriteItem on ${tables}`]],
    ['expect', describing],
    ['validate', [...describing, ...reading]],
    ['judge', []],
    ['locate', [...describing, ...reading]],
    ['complete', [...describing, `dynamodb:UpdateTable on ${tables}`, `dynamodb:UpdateTimeToLive on ${tables}`]],
    ['cleanup', []],
    ['abort', []],
  ])('of a target are for %s the state and what the step does', (step, expected) => {
    expect(rights(step, target)).toEqual([...stateRights, ...expected].sort());
  });

  it.each<[Step, string[]]>([
    [
      'begin',
      [
        'DescribeContinuousBackups',
        'DescribeKinesisStreamingDestination',
        'DescribeTable',
        'DescribeTimeToLive',
        'GetResourcePolicy',
        'ListContributorInsights',
        'ListTagsOfResource',
      ],
    ],
    ['migrate', ['BatchGetItem', 'DescribeTable', 'DescribeTimeToLive', 'ListTagsOfResource', 'Scan']],
  ])('of a source are for %s on the named tables behind the prefix, in the region of the store', (step, actions) => {
    const named = ['old-lines*', 'old-orders'].map((table) => `dynamodb:eu-west-1:123456789012:table/${table}`);
    const onTables = rights(step, source).filter((right) => !right.endsWith('*') || right.endsWith('lines*'));
    expect(onTables).toEqual(
      [...actions.flatMap((action) => named.map((table) => `dynamodb:${action} on ${table}`)), ...sourceState].sort(),
    );
  });

  it.each(steps)('of a source never write, in the step %s', (step) => {
    const writing = rights(step, source).filter((right) => /:(Put|Delete|Update|BatchWrite|Create|Tag)/.test(right));
    expect(writing).toEqual([]);
  });

  it.each(steps.filter((step) => step !== 'abort'))(
    'of a source let %s read what it says of itself: an export has its headers there',
    (step) => {
      expect(rights(step, source)).toEqual(expect.arrayContaining(sourceState));
    },
  );

  it('let Setup take back what it wrote into a table that was there, where the project allows it', () => {
    const removing = `dynamodb:BatchWriteItem on ${tables}`;
    expect(rights('setup', target)).not.toContain(removing);
    expect(rights('setup', { ...target, allowReplace: true })).toContain(removing);
  });

  it('let only Setup drop tables, and only where the project allows it', () => {
    const dropping = (store: DeclaredStore): Step[] =>
      steps.filter((step) => rights(step, store).some((right) => right.startsWith('dynamodb:DeleteTable')));
    expect(dropping(target)).toEqual([]);
    expect(dropping({ ...target, allowReplace: true })).toEqual(['setup']);
    expect(dropping({ url: target.url, allowReplace: true })).toEqual(['setup']);
  });

  it('are for a store of both roles those of both', () => {
    const both = new Set(rights('migrate', { url: target.url }));
    for (const role of ['source', 'target'] as const)
      for (const right of rights('migrate', { url: target.url, role })) expect(both).toContain(right);
  });

  it('are together all that the driver sends', async () => {
    const allowed = steps.flatMap((step) => rights(step, { url: target.url, allowReplace: true }));
    const files = [...(await sources('src/stores/dynamodb')), ...(await sources('src/kv', 'dynamodb-'))];
    const commands = new Set(
      files.flatMap((text) => [...text.matchAll(/new (\w+)Command\(/g)].map(([, name]) => name)),
    );
    expect(commands.size).toBeGreaterThan(15);
    expect(new Set(allowed.map((right) => /^dynamodb:(\w+)/.exec(right)?.[1]))).toEqual(commands.add('TagResource'));
  });

  it('are nothing but taking the role by which the store is reached', () => {
    const roleArn = 'arn:aws:iam::210987654321:role/reader';
    const url = `dynamodb://eu-west-1/old-?roleArn=${roleArn}`;
    expect(rights('migrate', { url, role: 'source' })).toEqual([`sts:AssumeRole on ${roleArn}`]);
    expect(rights('abort', { url, role: 'source' })).toEqual([]);
  });
});

describe('rights on an archive in S3', () => {
  const archive: DeclaredStore = { url: 's3://orders-archive/2026/', role: 'target' };

  it('are on its prefix alone', () => {
    expect(rights('migrate', archive)).toEqual([
      's3:AbortMultipartUpload on s3:::orders-archive/2026/*',
      's3:DeleteObject on s3:::orders-archive/2026/*',
      's3:DeleteObject on s3:::orders-archive/2026/carryover/*',
      's3:GetObject on s3:::orders-archive/2026/*',
      's3:GetObject on s3:::orders-archive/2026/carryover/*',
      's3:ListBucket on s3:::orders-archive',
      's3:ListBucketMultipartUploads on s3:::orders-archive',
      's3:PutObject on s3:::orders-archive/2026/*',
      's3:PutObject on s3:::orders-archive/2026/carryover/*',
    ]);
    const [listing] = policyOf('migrate', archive).filter(({ Action }) => Action === 's3:ListBucket');
    expect(listing?.Condition).toEqual({ StringLike: { 's3:prefix': ['2026/', '2026/*'] } });
  });

  it('of a source only read', () => {
    expect(rights('migrate', { ...archive, role: 'source' })).toEqual([
      's3:GetObject on s3:::orders-archive/2026/*',
      's3:GetObject on s3:::orders-archive/2026/carryover/*',
      's3:ListBucket on s3:::orders-archive',
    ]);
    expect(rights('judge', { ...archive, role: 'source' })).toEqual([
      's3:GetObject on s3:::orders-archive/2026/carryover/*',
      's3:ListBucket on s3:::orders-archive',
    ]);
  });

  it('let Setup remove objects of tables only where the project allows it', () => {
    const removing = 's3:DeleteObject on s3:::orders-archive/2026/*';
    expect(rights('setup', archive)).not.toContain(removing);
    expect(rights('setup', { ...archive, allowReplace: true })).toContain(removing);
  });
});

describe('rights on a PostgreSQL store', () => {
  it.each(steps)('are reading its secret, for %s as for every step that opens it', (step) => {
    const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf';
    const url = 'postgres://db.example.com/orders?sslmode=verify-full';
    expect(rights(step, { url, secretArn })).toEqual([`secretsmanager:GetSecretValue on ${secretArn}`]);
    expect(rights(step, { url })).toEqual([]);
  });

  it.each(steps)(
    'are logging in as the user of its URL on its server alone, for %s, where it is opened by IAM',
    (step) => {
      const url = 'postgres://mover%40shop@db.example.com/orders?sslmode=verify-full';
      const iam = { region: 'eu-west-1', resourceId: 'db-ABCDEFGHIJKL01234' };
      expect(rights(step, { url, iam })).toEqual([
        'rds-db:connect on rds-db:eu-west-1:123456789012:dbuser:db-ABCDEFGHIJKL01234/mover@shop',
      ]);
    },
  );
});

test("functions trust Amazon's certificates where a store is in PostgreSQL", () => {
  const environmentOf = (url: string) => storeEnvironment(deployedStores({ stores: { store: url } }).stores);
  expect(environmentOf('postgres://db.example.com/orders?sslmode=verify-full')).toEqual({
    NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
  });
  expect(environmentOf('dynamodb://eu-west-1/')).toEqual({});
});

it('no rights are given for stores that only a laptop can open', () => {
  expect(rights('migrate', { url: 'dynamodb://embedded?path=data' })).toEqual([]);
});
