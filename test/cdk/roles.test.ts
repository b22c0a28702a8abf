import { Duration } from 'aws-cdk-lib';
import { functionNames, type FunctionName } from '../../cdk/functions/function-names.js';
import { Schedule } from '../../cdk/starts/start-schedule.js';
import { rightsOf, statementsOf, synthesised } from './synthesised.js';

const project = {
  stores: {
    old: { url: 'dynamodb://eu-west-1/old-', role: 'source', tables: ['orders'] },
    shop: { url: 'dynamodb://eu-west-1/shop-', role: 'target', tables: ['orders'], allowReplace: true },
  },
} as const;
const starts = {
  schedule: Schedule.rate(Duration.days(1)),
  runOn: 'deploy',
  input: { copy: { from: 'old', to: 'shop' } },
} as const;
const { template } = synthesised(project, starts);

const table = (name: string): string => `arn:\${AWS::Partition}:dynamodb:eu-west-1:\${AWS::AccountId}:table/${name}`;

/** The rights of a function's role, without the hashes of logical ids. */
function rightsOfRole(name: FunctionName): string[] {
  return rightsOf(statementsOf(template, `${name}Role`)).map((right) =>
    right.replaceAll(/\$\{Carryover(\w+?)[0-9A-F]{8}/g, '${$1'),
  );
}

/** The functions that may do one of these actions on a resource. */
function whoMay(actions: readonly string[], resource: string): FunctionName[] {
  const rights = actions.map((action) => `dynamodb:${action} on ${resource}`);
  return functionNames.filter((name) => rightsOfRole(name).some((right) => rights.includes(right)));
}

const writes = ['BatchWriteItem', 'PutItem', 'UpdateItem', 'DeleteItem'];
const changes = [...writes, 'CreateTable', 'DeleteTable', 'UpdateTable', 'UpdateTimeToLive', 'TagResource'];

describe('the roles of a copy', () => {
  it.each(functionNames)('let %s do what the snapshot lists, and nothing else', (name) => {
    expect(rightsOfRole(name)).toMatchSnapshot();
  });

  it('let nobody change the source, nor its state', () => {
    for (const name of ['old-orders', 'old-carryover']) expect(whoMay(changes, table(name))).toEqual([]);
  });

  it('let Setup alone create and drop tables', () => {
    expect(whoMay(['CreateTable'], table('shop-orders'))).toEqual(['setup']);
    expect(whoMay(['DeleteTable'], table('shop-orders'))).toEqual(['setup']);
  });

  it('let Setup remove what an earlier attempt wrote, and Migrate write', () => {
    expect(whoMay(writes, table('shop-orders'))).toEqual(['setup', 'migrate']);
  });

  it('let those read items that carry, compare or look whether a table is empty', () => {
    expect(whoMay(['Scan', 'BatchGetItem'], table('old-orders'))).toEqual(['migrate', 'validate', 'locate']);
    expect(whoMay(['Scan'], table('shop-orders'))).toEqual(['begin', 'setup', 'validate', 'locate']);
  });

  it('let who stands beside the state machine write to no table, and all but the watcher to none at all', () => {
    const beside = ['watch', 'start', 'deploy', 'deployed', 'prune'] as const;
    for (const name of beside) {
      const onTables = rightsOfRole(name).filter((right) => right.startsWith('dynamodb:'));
      const actions = new Set(onTables.map((right) => right.split(' ')[0]));
      expect([...actions].sort()).toEqual(name === 'watch' ? ['dynamodb:GetItem', 'dynamodb:Query'] : []);
    }
  });

  it('let each write into its own logs alone', () => {
    for (const name of functionNames) {
      const logs = rightsOfRole(name).filter((right) => right.startsWith('logs:'));
      expect(logs).toHaveLength(2);
      for (const right of logs) expect(right).toContain(`{${name}Logs.Arn}`);
    }
  });
});
