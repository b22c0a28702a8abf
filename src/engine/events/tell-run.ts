import type { RunRecord } from '../../ledger/ledger.js';
import type { Call, Dependencies } from '../dependencies.js';
import { askedText } from '../runs/asked-text.js';
import { adHocPart, isChain, type ExecutionInput } from '../runs/execution-input.js';
import { chainSummary } from '../tasks/chain-summary.js';
import { mostInputBytes, runStarted } from './run-started.js';
import { runSucceeded } from './run-succeeded.js';
import { tell, type OwnOccasion } from './tell.js';

/** A run whose input Begin could read. */
export interface BegunRun {
  readonly execution: string;
  readonly owner: string;
  readonly record: RunRecord;
  readonly input: ExecutionInput;
}

/** Tells that a run begins: once, though its Begin is called again and, for each version of a chain, anew. */
export async function tellStarted(begun: BegunRun, deps: Dependencies, call: Call): Promise<void> {
  const { execution, record } = begun;
  // Begin has come further, and this is the next version of the chain.
  if (record.status !== 'running' || record.step !== 'begin') return;
  const { who, where, startedAt, redrives = 0 } = record;
  const input = Buffer.byteLength(JSON.stringify(record.input)) > mostInputBytes ? null : record.input;
  const at = redrives === 0 ? { at: startedAt } : {};
  const told = { execution, who, where, what: whatOf(record), input, dryRun: isDryRun(begun.input), redrives, ...at };
  await tell(runStarted, occasionOf(begun), () => told, deps, call);
}

/** Tells that a run came to its end well. */
export async function tellSucceeded(begun: BegunRun, endedAt: string, deps: Dependencies, call: Call): Promise<void> {
  const { execution, record, input } = begun;
  const { startedAt } = record;
  const make = async () => {
    const chain = isChain(input) ? await chainSummary(deps.ledger, record.run) : undefined;
    const { from = 0, version = 0, applied = [], pending = 0 } = chain ?? {};
    return {
      execution,
      what: whatOf(record),
      dryRun: isDryRun(input),
      startedAt,
      elapsedMs: Math.max(Date.parse(endedAt) - Date.parse(startedAt), 0),
      ...(chain === undefined ? {} : { chain: { from, version, applied: applied.length, pending } }),
      at: endedAt,
    };
  };
  await tell(runSucceeded, occasionOf(begun), make, deps, call);
}

/** What a run was asked for, in one line. */
export function whatOf(record: Pick<RunRecord, 'input'>): string {
  const asked = askedText(record) ?? 'what it was asked for is not known';
  return typeof record.input === 'object' && record.input !== null && 'copy' in record.input ? `copy ${asked}` : asked;
}

function isDryRun(input: ExecutionInput): boolean {
  return isChain(input) ? input.up?.dryRun === true : adHocPart(input).dryRun;
}

function occasionOf({ owner, record }: BegunRun): OwnOccasion {
  return { run: record.run, owner, redrives: record.redrives ?? 0 };
}
