import { beforeDeadline } from '../before-deadline.js';
import type { Call, Dependencies } from '../dependencies.js';
import type { EventDetail, EventKind } from './event.js';
import { documentOf, eventId, issueEvent, keptEvent, type Occasion } from './issue-event.js';

/** What a kind of event holds of its own; `at` where it is not now. */
export type Told<Detail extends EventDetail> = Omit<Detail, keyof EventDetail> & { readonly at?: string | undefined };

/** Whose event it is, and which. */
export type OwnOccasion = Occasion & { readonly owner: string };

/** Of the time that a call has left, the share that telling may take. */
const tellingShare = 0.25;

/**
 * Tells what happened, as well as it goes: never throws, and waits for bus and ledger a third of a lease's time at most, so that
 * the run goes on whatever becomes of it. What the bus did not take is in the ledger with the reason (`notSent`). An event that is
 * known to be sent is not sent again, however often its step is called.
 */
export async function tell<Detail extends EventDetail>(
  kind: EventKind<Detail>,
  occasion: OwnOccasion,
  make: () => Promise<Told<Detail>> | Told<Detail>,
  deps: Dependencies,
  call?: Call,
): Promise<void> {
  const atMostMs = Math.min(deps.settings.leaseMs / 3, (call?.remainingMs() ?? Infinity) * tellingShare);
  const telling = issueUnlessSent(kind, occasion, make, deps);
  await beforeDeadline(telling, { remainingMs: () => atMostMs }, deps.clock).catch(() => undefined);
}

async function issueUnlessSent<Detail extends EventDetail>(
  kind: EventKind<Detail>,
  occasion: OwnOccasion,
  make: () => Promise<Told<Detail>> | Told<Detail>,
  deps: Dependencies,
): Promise<void> {
  const { ledger, clock, emit } = deps;
  const { run, owner } = occasion;
  // A ledger that does not answer now must not keep the event from being sent.
  const kept = emit === undefined ? undefined : await keptEvent(kind, occasion, ledger).catch(() => undefined);
  if (kept !== undefined && kept.notSent === undefined) return;
  let detail = kept?.detail;
  try {
    if (detail === undefined) {
      const { at = new Date(clock.now()).toISOString(), ...told } = await make();
      detail = kind.detail.parse({ format: 1, id: eventId(kind, owner, occasion), run, at, ...told });
    }
  } catch (error) {
    await ledger.putDocument(run, documentOf(kind, occasion), { notSent: String(error) });
    return;
  }
  await issueEvent(kind, detail, occasion, deps);
}
