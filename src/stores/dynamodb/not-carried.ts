import {
  DescribeContinuousBackupsCommand,
  DescribeKinesisStreamingDestinationCommand,
  GetResourcePolicyCommand,
  ListContributorInsightsCommand,
  ListTagsOfResourceCommand,
  type TableDescription as EngineTable,
} from '@aws-sdk/client-dynamodb';
import type { Fault } from '../../errors.js';
import { describeEngineTable, type TableAccess } from './describe.js';
import { isReserved } from './engine-table.js';
import { type Call, isFailure } from './requests.js';

/** What a source table has and its copy will not. Keeps nothing from working, so that a missing right is a warning too. */
export async function notCarriedWarnings(access: TableAccess): Promise<Fault[]> {
  const engineTable = await describeEngineTable(access);
  const lookups = await Promise.all(lookupsOf(access, engineTable).map((lookup) => warningsOf(access, lookup)));
  return [...ofTable(engineTable), ...lookups.flat()].map((message) => ({ field: `table "${access.table}"`, message }));
}

function ofTable(table: EngineTable): string[] {
  const replicas = (table.Replicas ?? []).map(({ RegionName }) => RegionName ?? '?');
  return [
    ...(replicas.length === 0 ? [] : [`its replicas are not carried (${replicas.join(', ')})`]),
    ...(table.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST'
      ? []
      : ['its capacity is carried as it is now; auto scaling, if it has any, is not']),
  ];
}

interface Lookup {
  readonly operation: string;
  readonly what: string;
  /** Whether the table has it. */
  has(signal: AbortSignal): Promise<boolean>;
}

function lookupsOf({ client, physical }: TableAccess, { TableArn }: EngineTable): Lookup[] {
  return [
    {
      operation: 'DescribeContinuousBackups',
      what: 'point-in-time recovery',
      async has(abortSignal) {
        const command = new DescribeContinuousBackupsCommand({ TableName: physical });
        const answer = await client.send(command, { abortSignal });
        const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
        return recovery?.PointInTimeRecoveryStatus === 'ENABLED';
      },
    },
    {
      operation: 'DescribeKinesisStreamingDestination',
      what: 'a Kinesis stream as destination',
      async has(abortSignal) {
        const command = new DescribeKinesisStreamingDestinationCommand({ TableName: physical });
        const answer = await client.send(command, { abortSignal });
        return (answer.KinesisDataStreamDestinations ?? []).some((stream) => stream.DestinationStatus === 'ACTIVE');
      },
    },
    {
      operation: 'ListContributorInsights',
      what: 'contributor insights',
      async has(abortSignal) {
        const command = new ListContributorInsightsCommand({ TableName: physical });
        const answer = await client.send(command, { abortSignal });
        return (answer.ContributorInsightsSummaries ?? []).some((s) => s.ContributorInsightsStatus === 'ENABLED');
      },
    },
    {
      operation: 'GetResourcePolicy',
      what: 'a resource policy',
      async has(abortSignal) {
        const answer = await client.send(new GetResourcePolicyCommand({ ResourceArn: TableArn }), { abortSignal });
        return answer.Policy !== undefined;
      },
    },
    {
      operation: 'ListTagsOfResource',
      what: "tags of AWS's own (aws:...)",
      async has(abortSignal) {
        const answer = await client.send(new ListTagsOfResourceCommand({ ResourceArn: TableArn }), { abortSignal });
        return (answer.Tags ?? []).some(({ Key }) => Key !== undefined && isReserved(Key));
      },
    },
  ];
}

async function warningsOf({ requests, table }: TableAccess, { operation, what, has }: Lookup): Promise<string[]> {
  const call: Call = { operation, table };
  try {
    return (await requests.send(call, has)) ? [`has ${what}, which is not carried`] : [];
  } catch (error) {
    if (isFailure(error, 'denied'))
      return [`whether it has ${what}, which is not carried, could not be seen (${operation})`];
    // An emulator without the operation has none of it; a table without a policy answers PolicyNotFoundException.
    if (isFailure(error, 'unknown-operation') || isNoPolicy(error)) return [];
    throw error;
  }
}

function isNoPolicy(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.name === 'PolicyNotFoundException';
}
