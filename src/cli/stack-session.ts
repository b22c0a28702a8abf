import { ulid } from 'ulid';
import { runStatus, type RunStatus } from '../engine/status/run-status.js';
import { InputError, StoreUnavailableError, TableNotFoundError, type Fault } from '../errors.js';
import type { Json } from '../json.js';
import { openDynamodbLedger } from '../ledger/dynamodb-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import { withDefaults } from '../settings.js';
import { systemClock } from '../system-clock.js';
import { followRun } from './follow-run.js';
import { createProgress } from './progress.js';
import { openStack, type StackClient } from './stack-client.js';
import { userName } from './user-name.js';

/** A deployed stack that executions are started in, and its ledger. */
export interface StackSession {
  readonly ledger: Ledger;
  /** Starts the execution that the console would start with this input, and follows it to its end. Returns the run. */
  execute(input: Readonly<Record<string, unknown>>): Promise<StackExecution>;
}

export interface StackExecution {
  readonly id: string;
  /** What the ledger says of it. Throws StoreUnavailableError where that is not how it ended. */
  status(): Promise<RunStatus>;
  /** What `saved` finds of a dry run. Throws what the run failed with. */
  forecast<T>(saved: (ledger: Ledger, run: string) => Promise<T | undefined>): Promise<T>;
}

type Ended = Awaited<ReturnType<StackClient['ended']>>;

/** Does some work in the stack of this name. Throws InputError when there is none. */
export async function inStack<T>(
  stack: string,
  region: string,
  work: (session: StackSession) => Promise<T>,
): Promise<T> {
  const client = await openStack(stack, region, systemClock);
  const ledger = stackLedger(stack, region);
  try {
    return await work({ ledger, execute: (input) => execute(client, ledger, input) });
  } finally {
    client.close();
    await ledger.close();
  }
}

/**
 * Reads the ledger of the stack of this name, with nothing but rights on that table. Throws InputError when there is none,
 * and what the ledger's client throws.
 */
export async function inStackLedger<T>(
  stack: string,
  region: string,
  read: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const absent = () => new InputError([noLedger(stack, region)]);
  if (!tableName.test(tableOf(stack))) throw absent();
  const ledger = stackLedger(stack, region);
  try {
    return await read(ledger);
  } catch (error) {
    throw error instanceof TableNotFoundError ? absent() : error;
  } finally {
    await ledger.close();
  }
}

/** What DynamoDB takes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
const tableName = /^[\w.-]{3,255}$/;

function noLedger(stack: string, region: string): Fault {
  const what = `no table ${tableOf(stack)}, which would be its ledger, is in ${region} of this account`;
  const right = 'give what the stack has as its output Name, with AWS_REGION and credentials of where it is deployed';
  return { field: '--stack', message: `${what}: ${right}` };
}

function tableOf(stack: string): string {
  return `${stack}-ledger`;
}

/** The stack's ledger has the stack's name. */
function stackLedger(stack: string, region: string): Ledger {
  const table = tableOf(stack);
  const { requestTimeoutMs } = withDefaults();
  return openDynamodbLedger({ region, table, location: `dynamodb://${region}/${table}`, requestTimeoutMs });
}

async function execute(
  client: StackClient,
  ledger: Ledger,
  input: Readonly<Record<string, unknown>>,
): Promise<StackExecution> {
  const id = ulid();
  const execution = await client.start(id, { ...input, startedBy: userName() } as Json);
  const progress = createProgress(process.stderr, systemClock);
  const ended = await followRun(ledger, id, progress, systemClock, client.ended(execution));
  return {
    id,
    async status() {
      const status = await runStatus(ledger, id);
      // Stopped from outside or timed out, it has recorded nothing of its end.
      if (status === undefined || status.run.status === 'running')
        throw endedUnrecorded(id, ended, status !== undefined);
      return status;
    },
    async forecast(saved) {
      return (await saved(ledger, id)) ?? (await refused(ledger, id, ended));
    },
  };
}

/** Why a dry run left no forecast. */
async function refused(ledger: Ledger, id: string, ended: Ended): Promise<never> {
  const run = await ledger.run(id);
  if (run?.error === undefined) throw endedUnrecorded(id, ended, false);
  const { error } = run;
  if (error.name === 'InputError') throw new InputError(error.message.split('\n').map(faultOf));
  throw new StoreUnavailableError(`the dry run ${id} failed: ${error.message}`);
}

function endedUnrecorded(id: string, { status, cause }: Ended, begun: boolean): StoreUnavailableError {
  const why = cause === undefined ? '' : `: ${cause}`;
  const next = begun ? '; the same command goes on where it stopped' : '';
  return new StoreUnavailableError(`execution ${id} ended as ${status}, and the ledger does not say how${why}${next}`);
}

/** A line of an InputError's message as the fault that it was. */
function faultOf(line: string): Fault {
  const end = line.indexOf(': ');
  return { field: line.slice(0, end), message: line.slice(end + 2) };
}
