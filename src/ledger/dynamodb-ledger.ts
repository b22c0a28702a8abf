import type { Clock } from '../clock.js';
import { systemClock } from '../system-clock.js';
import { DynamodbLedgerDocuments } from './dynamodb-ledger-documents.js';
import { DynamodbLedgerRuns } from './dynamodb-ledger-runs.js';
import { ensureTable } from './dynamodb-ledger-table.js';
import { DynamodbLedgerUnits } from './dynamodb-ledger-units.js';
import { LedgerClient, type LedgerClientOptions } from './ledger-client.js';
import type { Ledger } from './ledger.js';

export interface DynamodbLedgerOptions extends Omit<LedgerClientOptions, 'clock'> {
  /** Its wall clock tells whether a unit's lease is over, and is what records are dated with. Default: this machine's. */
  readonly clock?: Clock;
}

/** Opens the ledger in a DynamoDB table. Sends nothing before the first call. For what is in the table see docs/ledger.md. */
export function openDynamodbLedger(options: DynamodbLedgerOptions): Ledger {
  const client = new LedgerClient({ ...options, clock: options.clock ?? systemClock });
  const runs = new DynamodbLedgerRuns(client);
  const documents = new DynamodbLedgerDocuments(client);
  const units = new DynamodbLedgerUnits(client);
  return {
    location: client.location,
    ensure: () => ensureTable(client),
    startRun: (run) => runs.start(run),
    run: (id) => runs.run(id),
    changeRun: (id, change) => runs.change(id, change),
    runs: () => runs.runs(),
    putDocument: (scope, name, body) => documents.put(scope, name, body),
    changeDocument: (scope, name, change) => documents.change(scope, name, change),
    document: (scope, name) => documents.document(scope, name),
    documents: (scope, prefix) => documents.documents(scope, prefix),
    planUnits: (scope, plans, fence) => units.plan(scope, plans, fence),
    resetUnit: (scope, plan, token) => units.reset(scope, plan, token),
    unit: (scope, unit) => units.unit(scope, unit),
    units: (scope, count, wanted) => units.units(scope, count, wanted),
    claim: (scope, unit, claim) => units.claim(scope, unit, claim),
    checkpoint: (unit, claim, change) => units.checkpoint(unit, claim, change),
    failUnit: (scope, unit, token, failure) => units.fail(scope, unit, token, failure),
    release: (unit, claim) => units.release(unit, claim),
    close: () => Promise.resolve(client.close()),
  };
}
