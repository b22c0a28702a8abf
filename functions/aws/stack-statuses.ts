import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { clientSettings } from './client-settings.js';

/** The statuses of a stack and, where it is nested, of all that it is nested in, by its ARN. Rejects with the SDK's error. */
export type StackStatuses = (stackId: string) => Promise<readonly string[]>;

export function openStackStatuses(): StackStatuses {
  let client: CloudFormationClient | undefined;
  return async (stackId) => {
    client ??= new CloudFormationClient(clientSettings());
    const statuses: string[] = [];
    for (let id: string | undefined = stackId; id !== undefined;) {
      const { Stacks }: { Stacks?: { StackStatus?: string | undefined; ParentId?: string | undefined }[] | undefined } =
        await client.send(new DescribeStacksCommand({ StackName: id }));
      const status = Stacks?.[0]?.StackStatus;
      if (status === undefined) throw new TypeError(`CloudFormation gave an answer without the status of ${id}`);
      statuses.push(status);
      id = Stacks?.[0]?.ParentId;
    }
    return statuses;
  };
}

/**
 * Whether a deployment is under way that goes forward. Whatever else a stack is doing while it asks for a resource is a
 * rollback, a clean-up or a deletion, and names of statuses that are not known yet are none that go forward.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes
 */
export function goesForward(statuses: readonly string[]): boolean {
  return statuses.every((status) => status === 'CREATE_IN_PROGRESS' || status === 'UPDATE_IN_PROGRESS');
}

const settled = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
];

/** Whether no deployment is under way that could still go back to what was there before it. */
export function isSettled(statuses: readonly string[]): boolean {
  return statuses.every((status) => settled.includes(status));
}
