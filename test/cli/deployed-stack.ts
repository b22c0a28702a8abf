import { openDynamodbLedger } from '../../src/ledger/dynamodb-ledger.js';
import type { Store } from '../../src/stores/store.js';
import type { CopyRunOptions } from '../support/copy-run.js';
import { testDynamodb } from '../support/dynamodb.js';
import { startStepFunctions, type StepFunctions } from './step-functions.js';

/** A stack as the command sees it in this process: Step Functions and the ledger's DynamoDB, found by the environment. */
export async function deployedStack(
  stack: string,
  stores: Readonly<Record<string, Store>>,
  more: Pick<CopyRunOptions, 'project' | 'registry'> = {},
): Promise<{ stepFunctions: StepFunctions; variables: Readonly<Record<string, string>>; stop(): Promise<void> }> {
  const engine = await testDynamodb();
  const access = { region: 'eu-west-1', endpoint: engine.endpoint, requestTimeoutMs: 5_000 };
  const ledger = openDynamodbLedger({ ...access, table: `${stack}-ledger`, location: 'the ledger' });
  await ledger.ensure();
  const stepFunctions = await startStepFunctions(stack, { stores, ledger, ...more });
  const variables = {
    AWS_REGION: access.region,
    AWS_ENDPOINT_URL_SFN: stepFunctions.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
  };
  Object.assign(process.env, variables);
  return {
    stepFunctions,
    variables,
    async stop() {
      for (const name of Object.keys(variables)) delete process.env[name];
      await stepFunctions.stop();
      await ledger.close();
      await engine.stop();
    },
  };
}
