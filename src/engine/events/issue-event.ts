import type { Json } from '../../json.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Dependencies } from '../dependencies.js';
import { eventSource, type EventDetail, type EventKind } from './event.js';

/** Which execution of a run an event belongs to: a redriven one fails anew. */
export interface Occasion {
  readonly run: string;
  readonly redrives: number;
}

/**
 * Issues an event: keeps it in the ledger as a document of its run, and sends it where there is a bus. Each is tried
 * whatever becomes of the other. Throws what failed.
 */
export async function issueEvent<Detail extends EventDetail>(
  kind: EventKind<Detail>,
  detail: Detail,
  { redrives }: Pick<Occasion, 'redrives'>,
  { ledger, emit }: Pick<Dependencies, 'ledger' | 'emit'>,
): Promise<void> {
  const { detailType } = kind;
  const body = kind.detail.parse(detail) as unknown as Json;
  const done = await Promise.allSettled([
    ledger.putDocument(detail.run, nameOf(kind, redrives), body),
    emit?.({ source: eventSource, detailType, at: detail.at, detail: body }),
  ]);
  for (const each of done) if (each.status === 'rejected') throw each.reason;
}

/** The event of this kind that an execution issued, as the ledger keeps it; undefined when it issued none that can be read. */
export async function issuedEvent<Detail extends EventDetail>(
  kind: EventKind<Detail>,
  { run, redrives }: Occasion,
  ledger: Ledger,
): Promise<Detail | undefined> {
  const body = await ledger.document(run, nameOf(kind, redrives));
  return body === undefined ? undefined : kind.detail.safeParse(body).data;
}

function nameOf({ document }: Pick<EventKind<EventDetail>, 'document'>, redrives: number): string {
  return `${document}-${redrives}`;
}
