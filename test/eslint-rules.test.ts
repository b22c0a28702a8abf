import { join } from 'node:path';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { importConfigs } from '../eslint.imports.js';

const parsed = { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } } as Linter.Config;
const linter = new Linter();

/** The rules that a text breaks, were it in this file of the repository. */
function broken(file: string, text: string): (string | null)[] {
  return linter
    .verify(text, [parsed, ...importConfigs], { filename: join(process.cwd(), file) })
    .map(({ ruleId }) => ruleId);
}

const direction = 'carryover/direction';

describe('the direction of imports', () => {
  it.each([
    ['src/kv/lease.ts', `import { begin } from '../engine/begin.js';`],
    ['src/kv/lease.ts', `import type { Store } from '../stores/store.js';`],
    ['src/kv/exports.ts', `import { openStore } from '../stores/open-store.js';`],
    ['src/stores/dynamodb/read.ts', `import { readState } from '../../versions/state-entry.js';`],
    ['src/stores/store.ts', `export type { Ledger } from '../ledger/ledger.js';`],
    ['src/ledger/ledger.ts', `const begin = await import('../engine/begin.js');`],
    ['src/digest/digest.ts', `export * from '../ledger/ledger.js';`],
    ['src/versions/state-entry.ts', `import { copyMigration } from '../migrations/copy/copy-migration.js';`],
    ['src/migrations/migration.ts', `import { begin } from '../engine/begin.js';`],
    ['src/engine/begin.ts', `import { runStateMachine } from '../local/state-machine.js';`],
    ['src/engine/begin.ts', `import { beginHandler } from '../../functions/begin.js';`],
    ['src/engine/begin.ts', `import { environment } from '../environment.js';`],
    ['src/local/state-machine.ts', `import { beginHandler } from '../../functions/begin.js';`],
    ['src/local/state-machine.ts', `import definition from '../../statemachines/migration.asl.json';`],
    ['src/local/state-machine.ts', `import { followRun } from '../cli/follow-run.js';`],
    ['src/project/load-project.ts', `import { openStore } from '../stores/open-store.js';`],
    ['src/errors.ts', `import { keyOf } from './stores/item.js';`],
    ['functions/begin.ts', `import { runLocally } from '../src/cli/run-locally.js';`],
    ['functions/begin.ts', `import { openLocalRuntime } from '../src/local/local-runtime.js';`],
    ['cdk/functions/steps.ts', `import { begin } from '../../src/engine/steps/begin.js';`],
    ['cdk/functions/steps.ts', `import { beginHandler } from '../../functions/begin.js';`],
  ])('is held in %s against %s', (file, text) => {
    expect(broken(file, text)).toEqual([direction]);
  });

  it.each([
    ['src/cli/handlers.ts', `import { beginHandler } from '../../functions/begin.js';`],
    ['src/cli/run-locally.ts', `import { runStateMachine } from '../local/state-machine.js';`],
    ['src/local/local-runtime.ts', `import type { Dependencies } from '../engine/dependencies.js';`],
    ['src/kv/exports.ts', `import { openKeyValueStore } from '../local/open-key-value-store.js';`],
    ['src/engine/begin.ts', `import { acquireLease } from '../kv/lease.js';`],
    ['src/stores/dynamodb/read.ts', `import { ThrottledError } from '../../errors.js';`],
    ['functions/lambda-runtime.ts', `import { environment } from '../src/environment.js';`],
    ['cdk/app.ts', `import { loadProject } from '../src/project/load-project.js';`],
    ['cdk/app.ts', `import type { Project } from '../src/project.js';`],
    ['test/kv/lease.test.ts', `import { begin } from '../../src/engine/begin.js';`],
  ])('lets %s do %s', (file, text) => {
    expect(broken(file, text)).toEqual([]);
  });
});

describe('packages', () => {
  it.each([
    ['src/engine/begin.ts', 'middy', `import middy from '@middy/core';`],
    ['src/cli/main.ts', 'Powertools', `import { Logger } from '@aws-lambda-powertools/logger';`],
    ['src/project.ts', 'the CDK', `import { Stack } from 'aws-cdk-lib';`],
    ['functions/begin.ts', 'a module of the CDK', `import { Table } from 'aws-cdk-lib/aws-dynamodb';`],
    ['test/kv/lease.test.ts', 'the CDK in a test of something else', `import { Stack } from 'aws-cdk-lib';`],
    ['src/kv/lease.ts', 'the SDK', `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';`],
    [
      'src/stores/postgres/rows.ts',
      "another driver's SDK",
      `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';`,
    ],
    ['src/cli/main.ts', 'the SDK beside the one client', `import { SFNClient } from '@aws-sdk/client-sfn';`],
    ['src/stores/dynamodb/read.ts', 'a client that nobody uses', `import { SQSClient } from '@aws-sdk/client-sqs';`],
    ['src/stores/dynamodb/read.ts', 'pg', `import pg from 'pg';`],
    ['src/kv/update.ts', 'protobuf', `import { create } from '@bufbuild/protobuf';`],
    ['src/kv/lease.ts', 'what tests alone need', `import fc from 'fast-check';`],
    ['src/engine/begin.ts', 'the interpreter', `import { StateMachine } from 'aws-local-stepfunctions';`],
  ])('are kept out of %s: %s', (file, _, text) => {
    expect(broken(file, text)).toEqual([direction]);
  });

  it.each([
    ['functions/step-handler.ts', `import middy from '@middy/core';`],
    ['cdk/functions/steps.ts', `import { Duration } from 'aws-cdk-lib';`],
    ['src/kv/dynamodb-requests.ts', `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';`],
    ['examples/repositories/refs_pb.ts', `import { fileDesc } from '@bufbuild/protobuf/codegenv2';`],
    ['src/cli/stack-client.ts', `import { SFNClient } from '@aws-sdk/client-sfn';`],
    ['src/engine/begin.ts', `import { z } from 'zod';`],
  ])('are there for %s: %s', (file, text) => {
    expect(broken(file, text)).toEqual([]);
  });
});

describe('the environment', () => {
  it.each([
    [`const region = process.env['AWS_REGION'];`, 'no-restricted-properties'],
    [`const { env } = process;`, 'no-restricted-properties'],
    [`import { env } from 'node:process';`, 'no-restricted-imports'],
    [`import process from 'node:process';`, 'no-restricted-imports'],
  ])('is read in one file alone: %s', (text, rule) => {
    expect(broken('src/cli/main.ts', text)).toEqual([rule]);
    expect(broken('src/environment.ts', text)).toEqual([]);
  });
});
