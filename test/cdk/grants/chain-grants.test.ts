import { App, Stack } from 'aws-cdk-lib';
import { steps, type Step } from '../../../cdk/functions/steps.js';
import { statementsOf } from '../../../cdk/grants/store-grants.js';
import { deployedStores } from '../../../src/project/deployed-stores.js';
import { rightsOf, type Statement } from '../synthesised.js';

const stack = new Stack(new App(), 'Test', { env: { account: '123456789012', region: 'us-east-1' } });
const tables = 'dynamodb:eu-central-1:123456789012:table/new-*';
const state = 'dynamodb:eu-central-1:123456789012:table/new-carryover';

describe('rights on the stores of a version chain', () => {
  const rightsInChain = (
    step: Step,
    name: 'database' | 'other' | 'third' | 'archive',
    allowReplace = false,
  ): string[] => {
    const stores = {
      database: { url: 'dynamodb://eu-central-1/new-', allowReplace },
      other: { url: 'dynamodb://eu-central-1/new-', role: 'source' as const, allowReplace },
      third: { url: 'dynamodb://eu-central-1/new-', allowReplace },
      archive: { url: 's3://exports', allowReplace },
    };
    const deployed = deployedStores({ stores, database: 'database' }).stores.find((store) => store.name === name);
    const statements = statementsOf(step, deployed!, stack).map(
      (statement) => stack.resolve(statement.toStatementJson()) as Statement,
    );
    return rightsOf(statements).map((right) => right.replace('arn:${AWS::Partition}:', ''));
  };

  it('let Begin see whether a new database is empty', () => {
    for (const name of ['database', 'other'] as const)
      expect(rightsInChain('begin', name)).toContain(`dynamodb:Scan on ${tables}`);
  });

  it('let code of the project list its partitions, for Begin, which forecasts, as for Setup, which plans', () => {
    for (const step of ['begin', 'setup'] as const)
      for (const name of ['database', 'other', 'third'] as const)
        for (const action of ['GetItem', 'Query'])
          expect(rightsInChain(step, name)).toContain(`dynamodb:${action} on ${tables}`);
  });

  it('let Abort look for the home of a database without a version, which any store may tell', () => {
    for (const name of ['database', 'other', 'third'] as const)
      expect(rightsInChain('abort', name)).toContain(`dynamodb:GetItem on ${state}`);
  });

  it('let Setup and Migrate alone create tables of the service, the latter of key-value stores at their first write', () => {
    const creating = (name: 'database' | 'other'): Step[] =>
      steps.filter((step) => rightsInChain(step, name, true).includes(`dynamodb:CreateTable on ${tables}`));
    expect(creating('database')).toEqual(['setup', 'migrate']);
    expect(creating('other')).toEqual([]);
  });

  it('let Migrate alone write items, and Setup take back what an earlier attempt wrote', () => {
    const writing = (action: string): Step[] =>
      steps.filter((step) => rightsInChain(step, 'database', true).includes(`dynamodb:${action} on ${tables}`));
    expect(writing('BatchWriteItem')).toEqual(['setup', 'migrate']);
    for (const action of ['PutItem', 'DeleteItem']) expect(writing(action)).toEqual(['migrate']);
  });

  it('let Migrate run code of the project, which only reads what is a source', () => {
    expect(rightsInChain('migrate', 'database')).toContain(`dynamodb:PutItem on ${tables}`);
    expect(rightsInChain('migrate', 'other')).toContain(`dynamodb:Query on ${tables}`);
    for (const action of ['BatchWriteItem', 'PutItem'])
      expect(rightsInChain('migrate', 'other')).not.toContain(`dynamodb:${action} on ${tables}`);
  });

  it('let Cleanup drop what a rollover or an import of packages left, where the project allows it, and of no source', () => {
    const dropping = `dynamodb:DeleteTable on ${tables}`;
    for (const name of ['database', 'third'] as const) {
      expect(rightsInChain('cleanup', name, true)).toContain(dropping);
      expect(rightsInChain('cleanup', name)).not.toContain(dropping);
    }
    expect(rightsInChain('cleanup', 'other', true)).not.toContain(dropping);
  });

  it('let Cleanup remove an export from an archive, where the project allows it', () => {
    const removing = 's3:DeleteObject on s3:::exports/*';
    expect(rightsInChain('cleanup', 'archive', true)).toContain(removing);
    expect(rightsInChain('cleanup', 'archive')).not.toContain(removing);
  });

  it('let Setup keep its notes in a store that holds no lease, where nothing made the place yet', () => {
    expect(rightsInChain('setup', 'third')).toContain(`dynamodb:CreateTable on ${state}`);
  });
});
