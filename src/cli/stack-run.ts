import { ulid } from 'ulid';
import { exitCodes } from '../engine/status/exit-codes.js';
import { savedForecast } from '../engine/runs/forecast-documents.js';
import { runStatus } from '../engine/status/run-status.js';
import { InputError, StoreUnavailableError, type Fault } from '../errors.js';
import type { Json } from '../json.js';
import { openDynamodbLedger } from '../ledger/dynamodb-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Forecast } from '../migrations/migration.js';
import { withDefaults } from '../settings.js';
import { systemClock } from '../system-clock.js';
import { confirmDrops } from './confirm.js';
import type { CopyOptions } from './copy-options.js';
import { stackRequest, type CopyRequestInput } from './copy-request.js';
import { printReport } from './print-report.js';
import { followRun } from './follow-run.js';
import { planTable } from './plan-report.js';
import { createProgress } from './progress.js';
import { openStack, type StackClient } from './stack-client.js';
import { userName } from './user-name.js';

/** `carryover copy --stack NAME`: starts the execution that the console would start, follows it, and reports it. */
export async function copyInStack(options: CopyOptions, stack: string): Promise<number> {
  const { input, region } = stackRequest(options);
  const client = await openStack(stack, region, systemClock);
  const ledger = stackLedger(stack, region);
  try {
    if (options.dryRun) return await dryRun(client, ledger, input, options);
    const replace = options.onExisting === 'replace' ? await allowedDrops(client, ledger, input, options) : [];
    const { id, ended } = await execute(client, ledger, { ...input, replace });
    const status = await runStatus(ledger, id);
    // Stopped from outside or timed out, it has recorded nothing of its end.
    if (status === undefined || status.run.status === 'running') throw endedUnrecorded(id, ended, status !== undefined);
    return printReport(status, options);
  } finally {
    client.close();
    await ledger.close();
  }
}

/** The stack's ledger has the stack's name. */
function stackLedger(stack: string, region: string): Ledger {
  const table = `${stack}-ledger`;
  const { requestTimeoutMs } = withDefaults();
  return openDynamodbLedger({ region, table, location: `dynamodb://${region}/${table}`, requestTimeoutMs });
}

type Ended = Awaited<ReturnType<StackClient['ended']>>;

function endedUnrecorded(id: string, { status, cause }: Ended, begun: boolean): StoreUnavailableError {
  const why = cause === undefined ? '' : `: ${cause}`;
  const next = begun ? '; the same command goes on where it stopped' : '';
  return new StoreUnavailableError(`execution ${id} ended as ${status}, and the ledger does not say how${why}${next}`);
}

async function execute(
  client: StackClient,
  ledger: Ledger,
  copy: CopyRequestInput,
): Promise<{ id: string; ended: Ended }> {
  const id = ulid();
  const input = { copy, startedBy: userName() } as unknown as Json;
  const execution = await client.start(id, input);
  const progress = createProgress(process.stderr, systemClock);
  const ended = await followRun(ledger, id, progress, systemClock, client.ended(execution));
  return { id, ended };
}

async function dryRun(
  client: StackClient,
  ledger: Ledger,
  input: CopyRequestInput,
  options: CopyOptions,
): Promise<number> {
  const forecast = await remoteForecast(client, ledger, input);
  process.stdout.write(`${options.json ? JSON.stringify(forecast) : planTable(forecast)}\n`);
  return exitCodes.done;
}

/** The forecast is the stack's: it sees the stores, this machine may not. */
async function remoteForecast(client: StackClient, ledger: Ledger, input: CopyRequestInput): Promise<Forecast> {
  const { id, ended } = await execute(client, ledger, { ...input, dryRun: true });
  const forecast = await savedForecast(ledger, id);
  if (forecast !== undefined) return forecast;
  const run = await ledger.run(id);
  if (run?.error === undefined) throw endedUnrecorded(id, ended, false);
  const { error } = run;
  if (error.name === 'InputError') throw new InputError(error.message.split('\n').map(faultOf));
  throw new StoreUnavailableError(`the dry run ${id} failed: ${error.message}`);
}

/** A line of an InputError's message as the fault that it was. */
function faultOf(line: string): Fault {
  const end = line.indexOf(': ');
  return { field: line.slice(0, end), message: line.slice(end + 2) };
}

async function allowedDrops(
  client: StackClient,
  ledger: Ledger,
  input: CopyRequestInput,
  options: CopyOptions,
): Promise<string[]> {
  const { tables } = await remoteForecast(client, ledger, input);
  const drops = tables.filter(({ target }) => target === 'existing').map(({ table }) => table);
  if (drops.length > 0 && !options.yes) await confirmDrops(drops, input.to);
  return drops;
}
