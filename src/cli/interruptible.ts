import type { Dependencies } from '../engine/dependencies.js';
import { exitCodes } from '../engine/status/exit-codes.js';
import type { Handler } from '../local/state-machine.js';

type Handlers = Readonly<Record<string, Handler>>;

const signals = ['SIGINT', 'SIGTERM'] as const;

/** How long the calls that are under way may take to come to a safe point; they stop sending in its second half. */
const graceMs = 10_000;
/** Begin may be waiting for another run's lease to run out, and holds nothing meanwhile. */
const beginGraceMs = 1_000;
/** For recording the interruption, and for closing what may not answer any more. */
const abortMs = 5_000;
const closeMs = 10_000;
/** An interrupt from the keyboard comes twice under npm: it reaches all processes, and npm passes it on to this one. */
const echoMs = 500;

/**
 * Runs an execution so that SIGINT and SIGTERM end it calmly: the calls that are under way come to a safe point, save it
 * and give their units back, no other call begins, then Abort records the interruption and frees the lease, so that the
 * same command can go on at once. A second signal ends the process at once, as safely as any kill. What is left of an
 * interrupted execution never settles; what it was is in the ledger.
 */
export async function interruptible<T>(
  deps: Dependencies,
  execution: string,
  handlers: Handlers,
  run: (handlers: Handlers) => Promise<T>,
): Promise<T | { failed: true; cause?: never }> {
  const calls = new Calls();
  const { interrupted, release } = onSignal(() => calls.end());
  const stopped = interrupted.then(async (signal) => {
    const record = await deps.ledger.run(execution).catch(() => undefined);
    await calls.ended(record === undefined || record.step === 'begin' ? beginGraceMs : graceMs);
    await recordInterruption(deps, execution, handlers, signal);
    return { failed: true } as const;
  });
  try {
    return await Promise.race([run(calls.guarded(handlers)), stopped]);
  } finally {
    release();
  }
}

/** The calls of an execution: how many are under way, and how much time they are told to have. */
class Calls {
  private readonly underWay = new Set<Promise<unknown>>();
  private endsAt = Infinity;

  /** Calls under way have little time from now on, and none begins. */
  end(): void {
    this.endsAt = performance.now() + graceMs;
  }

  guarded(handlers: Handlers): Handlers {
    return Object.fromEntries(Object.entries(handlers).map(([state, handler]) => [state, this.guard(handler)]));
  }

  /** Resolves when no call is under way, or after this time. */
  async ended(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([Promise.allSettled(this.underWay), late]);
    clearTimeout(timer);
  }

  private guard(handler: Handler): Handler {
    return (event, context) => {
      if (this.endsAt !== Infinity) return new Promise(() => undefined);
      const left = () => Math.min(context.getRemainingTimeInMillis(), this.endsAt - performance.now());
      const call = handler(event, { getRemainingTimeInMillis: left });
      const settled = call.catch(() => undefined).finally(() => this.underWay.delete(settled));
      this.underWay.add(settled);
      return call;
    };
  }
}

/** Resolves `interrupted` with the first signal, after `first` was called; from the second one on the process ends. */
function onSignal(first: () => void): { interrupted: Promise<NodeJS.Signals>; release: () => void } {
  let firstAt: number | undefined;
  let listener: ((signal: NodeJS.Signals) => void) | undefined;
  const interrupted = new Promise<NodeJS.Signals>((resolve) => {
    listener = (signal) => {
      const now = performance.now();
      if (firstAt !== undefined) {
        if (now - firstAt > echoMs) process.exit(exitCodes.failed);
        return;
      }
      firstAt = now;
      process.stderr.write(`\n${signal}: stopping at the next safe point; once more ends at once …\n`);
      // What does not answer while the command ends must not keep it.
      setTimeout(() => process.exit(exitCodes.failed), graceMs + abortMs + closeMs).unref();
      first();
      resolve(signal);
    };
    for (const signal of signals) process.on(signal, listener);
  });
  const release = (): void => {
    // Once interrupted, it listens on: the command is still closing, and an echo of the signal would kill it.
    if (firstAt === undefined && listener !== undefined) for (const signal of signals) process.off(signal, listener);
  };
  return { interrupted, release };
}

/** Records the run as interrupted and frees its lease, unless it came to its end meanwhile. */
async function recordInterruption(
  { ledger }: Dependencies,
  execution: string,
  handlers: Handlers,
  signal: NodeJS.Signals,
): Promise<void> {
  const record = await ledger.run(execution).catch(() => undefined);
  if (record !== undefined && record.status !== 'running') return;
  const error = { Error: 'InterruptedError', Cause: `${signal}; the same command goes on where this run stopped` };
  const context = { getRemainingTimeInMillis: () => abortMs };
  // Abort throws once it has recorded the run: the ledger tells whether it did.
  await handlers['Abort']?.({ execution, error, redrives: 0 }, context).catch(() => undefined);
}
