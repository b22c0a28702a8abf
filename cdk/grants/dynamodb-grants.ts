import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DeployedStore } from '../../src/project/deployed-stores.js';
import type { Need } from './store-needs.js';

type Place = 'all' | 'tables' | 'state';

/** The requests behind each need. ListTables knows no resource, so that it is allowed on all. */
const actionsOfNeeds: Readonly<Record<Need, Partial<Record<Place, readonly string[]>>>> = {
  list: { all: ['ListTables'] },
  // What a table was in another engine is kept in the state of the store.
  describe: { tables: ['DescribeTable', 'DescribeTimeToLive', 'ListTagsOfResource'], state: ['GetItem'] },
  inspect: {
    tables: [
      'DescribeContinuousBackups',
      'DescribeKinesisStreamingDestination',
      'GetResourcePolicy',
      'ListContributorInsights',
    ],
  },
  read: { tables: ['Scan', 'BatchGetItem'] },
  create: { tables: ['CreateTable', 'TagResource'] },
  drop: { tables: ['DeleteTable'] },
  // What an earlier attempt wrote into a table that was there before it.
  remove: { tables: ['BatchWriteItem'] },
  write: { tables: ['BatchWriteItem', 'BatchGetItem'] },
  finish: { tables: ['UpdateTable', 'UpdateTimeToLive'] },
  // A key-value store of the service's own, in a table of the store.
  'read-entries': { tables: ['GetItem', 'Query'] },
  // Its table is made by its first write.
  'write-entries': { tables: ['PutItem', 'DeleteItem', 'CreateTable'] },
  'make-state': { state: ['CreateTable', 'DescribeTable'] },
  'read-state': { state: ['GetItem', 'Query'] },
  state: { state: ['GetItem', 'PutItem', 'DeleteItem', 'Query'] },
};

/** The name of Carryover's own table, behind the store's prefix. */
const stateTable = 'carryover';

/** Rights on a store's tables, in its own region and this account: another account's are behind a role. */
export function dynamodbStatements(
  { url, tables }: DeployedStore & { readonly url: { readonly kind: 'dynamodb' } },
  needs: ReadonlySet<Need>,
  stack: Stack,
): PolicyStatement[] {
  const arn = (table: string): string =>
    `arn:${stack.partition}:dynamodb:${url.region}:${stack.account}:table/${url.prefix}${table}`;
  const resources: Record<Place, string[]> = { all: ['*'], tables: tables.map(arn), state: [arn(stateTable)] };
  return (['all', 'tables', 'state'] as const).flatMap((place) => {
    const actions = new Set([...needs].flatMap((need) => actionsOfNeeds[need][place] ?? []));
    if (actions.size === 0) return [];
    return [
      new PolicyStatement({
        actions: [...actions].sort().map((action) => `dynamodb:${action}`),
        resources: resources[place],
      }),
    ];
  });
}
