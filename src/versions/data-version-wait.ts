import type { Clock } from '../clock.js';
import { DataVersionError, DataVersionTimeoutError, InputError } from '../errors.js';
import type { KeyValueStore } from '../kv/key-value-store.js';
import { systemClock } from '../system-clock.js';
import { aheadText, runText, versionOf, waitingText } from './data-version-texts.js';
import { assertAtHome } from './home-records.js';
import { LeaseWatch } from './lease-watch.js';
import { readState, type StateEntry } from './state-entry.js';

/** How often the state entry is read while a migration is under way: one request each time. */
const pollMs = 1_000;
/** How often it is said again that nothing has changed. */
const sayAgainMs = 30_000;
const defaultTimeoutMs = 15 * 60_000;

export interface DataVersionOptions {
  /** How long to wait for a migration that is under way. Default 15 minutes. */
  readonly timeoutMs?: number;
  /** Is told whom one waits for: at once, when that changes, and every 30 seconds. Default: a line on stderr. */
  readonly onProgress?: (line: string) => void;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * What is done where the data is behind, or has no version, and nobody works on it: throws; or does something about it, and
 * then gives undefined to look again at once; or says what one waits for.
 */
type Idle = (state: StateEntry | undefined) => string | undefined | Promise<string | undefined>;

/** Waits until the version fits. See assertDataVersion. */
export async function waitForDataVersion(
  store: KeyValueStore,
  expected: number,
  options: DataVersionOptions,
  idle: Idle,
): Promise<void> {
  const { clock = systemClock, signal, timeoutMs = defaultTimeoutMs } = options;
  assertArguments(expected, timeoutMs);
  const startedMs = clock.monotonic();
  const [watch, say] = [new LeaseWatch(clock), speaker(options, clock)];
  for (;;) {
    signal?.throwIfAborted();
    const state = await readState(store);
    assertAtHome(state);
    const found = versionOf(state);
    if (found === expected) return;
    if (found !== undefined && found > expected)
      throw new DataVersionError(aheadText(expected, found), expected, found);
    const lease = state?.lease;
    const aliveForMs = watch.aliveForMs(lease);
    const alive = state !== undefined && lease !== undefined && aliveForMs > 0;
    const waitsFor = alive ? runText(state, lease) : await idle(state);
    if (waitsFor === undefined) continue;
    const line = waitingText(expected, state, waitsFor);
    const leftMs = timeoutMs - (clock.monotonic() - startedMs);
    if (leftMs <= 0)
      throw new DataVersionTimeoutError(
        `waited ${timeoutMs} ms in vain: ${line}`,
        ...([expected, found, alive ? lease : undefined] as const),
      );
    say(line);
    await clock.sleep(Math.min(pollMs, leftMs, alive ? aliveForMs : pollMs), signal);
  }
}

function speaker({ onProgress = toStderr }: DataVersionOptions, clock: Clock): (line: string) => void {
  let last: { readonly line: string; readonly atMs: number } | undefined;
  return (line) => {
    if (last?.line === line && clock.monotonic() - last.atMs < sayAgainMs) return;
    last = { line, atMs: clock.monotonic() };
    onProgress(line);
  };
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Who calls may have no types, or have read the number from somewhere. */
function assertArguments(expected: unknown, timeoutMs: unknown): void {
  const faults = [];
  if (typeof expected !== 'number' || !Number.isSafeInteger(expected) || expected < 0)
    faults.push({ field: 'expected', message: `must be a version, 0 or more; it is ${String(expected)}` });
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0))
    faults.push({ field: 'timeoutMs', message: `must be milliseconds, 0 or more; it is ${String(timeoutMs)}` });
  if (faults.length > 0) throw new InputError(faults);
}
