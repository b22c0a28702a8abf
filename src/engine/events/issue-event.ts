import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import { beforeDeadline } from '../before-deadline.js';
import type { Dependencies } from '../dependencies.js';
import { eventSource, type EventDetail, type EventKind } from './event.js';

/**
 * Which of its kind in a run an event is: one that is told again has the same, what happens anew in a redriven execution has
 * another. Steps know the fencing token, which each Begin of a redriven execution takes anew.
 */
export type Occasion = { readonly run: string } & (
  { readonly redrives: number } | { readonly step: string; readonly token: number }
);

type AnyKind = Pick<EventKind<EventDetail>, 'name'>;

/** See `id` in `eventFields`. `owner`: who owns the run, unique among executions. */
export function eventId(kind: AnyKind, owner: string, occasion: Occasion): string {
  return `${owner}/${kind.name}-${markOf(occasion)}`;
}

/** An event as the ledger keeps it. */
export interface KeptEvent<Detail> {
  readonly detail: Detail;
  /** Why the bus did not take it; absent where it did, and where there is no bus. */
  readonly notSent?: string;
}

/**
 * Sends an event where there is a bus, then keeps it in the ledger as a document of its run, with what the bus said against
 * it: what is kept without that was sent. Each is tried whatever becomes of the other. Throws what failed.
 */
export async function issueEvent<Detail extends EventDetail>(
  kind: EventKind<Detail>,
  detail: Detail,
  occasion: Occasion,
  deps: Dependencies,
): Promise<void> {
  const body = kind.detail.parse(detail) as unknown as Json & object;
  const refusal = await send(kind, detail.at, body, deps);
  const kept = refusal === undefined ? body : { ...body, notSent: String(refusal.error) };
  try {
    await deps.ledger.putDocument(occasion.run, documentOf(kind, occasion), kept);
  } catch (error) {
    throw refusal === undefined ? error : refusal.error;
  }
  if (refusal !== undefined) throw refusal.error;
}

/** The event of this kind and occasion as the ledger keeps it; undefined when it keeps none that can be read. */
export async function keptEvent<Detail extends EventDetail>(
  kind: EventKind<Detail>,
  occasion: Occasion,
  ledger: Ledger,
): Promise<KeptEvent<Detail> | undefined> {
  const body = await ledger.document(occasion.run, documentOf(kind, occasion));
  const detail = kind.detail.safeParse(body).data;
  if (detail === undefined) return undefined;
  const { notSent } = body as { readonly notSent?: string };
  return { detail, ...(notSent === undefined ? {} : { notSent }) };
}

/** What an execution issued, sent or not: see `keptEvent`. */
export async function issuedEvent<Detail extends EventDetail>(
  kind: EventKind<Detail>,
  occasion: Occasion,
  ledger: Ledger,
): Promise<Detail | undefined> {
  return (await keptEvent(kind, occasion, ledger))?.detail;
}

/** The name of the event's document in the ledger. */
export function documentOf(kind: AnyKind, occasion: Occasion): string {
  return `event-${kind.name}-${markOf(occasion)}`;
}

/** A bus that hangs must be given up before the lease of the run that waits for it runs out. */
async function send(
  { detailType }: Pick<EventKind<EventDetail>, 'detailType'>,
  at: string,
  detail: Json,
  { emit, settings, clock }: Dependencies,
): Promise<{ error: unknown } | undefined> {
  if (emit === undefined) return undefined;
  const atMostMs = settings.leaseMs / 4;
  try {
    const sending = emit({ source: eventSource, detailType, at, detail });
    await beforeDeadline(sending, { remainingMs: () => atMostMs }, clock);
    return undefined;
  } catch (error) {
    return { error };
  }
}

function markOf(occasion: Occasion): string {
  return 'step' in occasion ? `${occasion.step}-t${occasion.token}` : String(occasion.redrives);
}
