import {
  estimateCopy,
  readUnitsOf,
  writeUnitsOf,
  type CopyEstimate,
  type Phase,
  type Workload,
} from './copy-estimate.js';
import { costLine, type CostLine } from './cost-line.js';
import { assumed, deployment, watching } from './deployment.js';
import { bytesOfGb, hoursOfMonth, prices } from './platform.js';
import { executionFlow, unitFlow } from './unit-flow.js';

const secondsOfHour = 3_600;

/** Writes of the ledger for a call of a unit: its claim, its release. */
const writesOfCall = 2;
/** A worker renews the lease at a third of its time. */
const renewalsOfLease = 3;

/** What a copy that goes well costs beside what stands there anyway; without secondary indexes, storage and other regions. */
export function copyCost(work: Workload, definition: unknown): CostLine[] {
  const copy = estimateCopy(work);
  const phases = [copy.migrate, copy.validate];
  return [
    ...tableLines(work, copy),
    ...ledgerLines(work, copy),
    ...computeLines(copy, definition),
    watchLine(phases, copy),
  ];
}

const reading = 'Reading: source twice, target once';
const writing = 'Writing the target';

/** What was provisioned is paid for by the hour, of both tables and all the time, used or not. */
function tableLines({ items, itemBytes, capacity }: Workload, { seconds }: CopyEstimate): CostLine[] {
  const { mode, readUnits, writeUnits } = capacity;
  if (mode === 'on-demand')
    return [
      costLine(reading, 3 * items * readUnitsOf(itemBytes), 'read units', prices.onDemand.readUnit),
      costLine(writing, items * writeUnitsOf(itemBytes), 'write units', prices.onDemand.writeUnit),
    ];
  const hours = Math.ceil(seconds / secondsOfHour);
  const { provisioned } = prices;
  return [
    costLine(reading, 2 * readUnits * hours, 'unit hours', provisioned.readUnit),
    costLine(writing, writeUnits * hours, 'unit hours', provisioned.writeUnit),
  ];
}

/** Checkpoints, claims and the lease; the ledger and the state entry are on demand. */
function ledgerLines({ settings }: Workload, { migrate, validate }: CopyEstimate): CostLine[] {
  const { plain, digest, lease } = assumed.entryWriteUnits;
  const phases = [migrate, validate];
  const writes = (phase: Phase): number => phase.checkpoints + writesOfCall * phase.units * phase.calls;
  const plans = phases.reduce((sum, { units }) => sum + units, 0);
  const workerSeconds = secondsOf(phases);
  const renewals = (workerSeconds * renewalsOfLease * 1_000) / settings.leaseMs;
  const writeUnits = (plans + writes(migrate)) * plain + writes(validate) * digest + renewals * lease;
  const readUnits = callsOf(phases) * assumed.entryReadUnits.call + validate.units * assumed.entryReadUnits.digest;
  return [
    costLine('Ledger and lease: writes', writeUnits, 'write units', prices.onDemand.writeUnit),
    costLine('Ledger: reads', readUnits, 'read units', prices.onDemand.readUnit),
  ];
}

function computeLines({ migrate, validate }: CopyEstimate, definition: unknown): CostLine[] {
  const phases = [migrate, validate];
  const { working, planning } = deployment.memoryMb;
  const stepSeconds = assumed.stepCalls * assumed.stepSeconds;
  const gbSeconds = (secondsOf(phases) * working + stepSeconds * planning) / 1024;
  const [ofMigrate, ofValidate] = [unitFlow(definition, 'Migrate'), unitFlow(definition, 'Validate')];
  // Whether a child's start is a transition too is not documented: it is counted as one.
  const transitions = ({ units, calls }: Phase, { beside, eachCall }: typeof ofMigrate): number =>
    units * (1 + beside.transitions + calls * eachCall.transitions);
  const all =
    executionFlow(definition).transitions + transitions(migrate, ofMigrate) + transitions(validate, ofValidate);
  return [
    costLine('Functions: time', gbSeconds, 'GB-seconds', prices.functions.gbSecond),
    costLine('Functions: calls', callsOf(phases) + assumed.stepCalls, 'requests', prices.functions.request),
    costLine('Step Functions', all, 'transitions', prices.transition),
  ];
}

/** Logs, which carry the metrics, metrics for the hours in which there are any, and a trace a call. */
function watchLine(phases: readonly Phase[], { seconds }: CopyEstimate): CostLine {
  const calls = callsOf(phases) + assumed.stepCalls;
  const checkpoints = phases.reduce((sum, phase) => sum + phase.checkpoints, 0);
  const gb = (calls * assumed.logBytesOfCall + checkpoints * assumed.logBytesOfCheckpoint) / bytesOfGb;
  const hours = Math.ceil(seconds / secondsOfHour);
  const { logGb, metric, trace } = prices.watching;
  const dollars = gb * logGb + (watching.runMetrics * metric * hours) / hoursOfMonth + calls * trace;
  return { what: 'CloudWatch and X-Ray', amount: gb, unit: 'GB of logs', dollars };
}

function secondsOf(phases: readonly Phase[]): number {
  return phases.reduce((sum, { workers, seconds }) => sum + workers * seconds, 0);
}

function callsOf(phases: readonly Phase[]): number {
  return phases.reduce((sum, { units, calls }) => sum + units * calls, 0);
}
