import type { Fate, WireListener, WireRequest } from './wire.js';

/** The steps of a run in their order, as the ledger names them. */
export const steps = [
  'begin',
  'setup',
  'migrate',
  'expect',
  'validate',
  'judge',
  'locate',
  'complete',
  'cleanup',
] as const;
export type Step = (typeof steps)[number];

/** When to kill: at the request of this number in the step, some moments after it was sent. */
export interface Moment {
  readonly step: Step;
  readonly request: number;
  /** Counts requests of this operation alone. */
  readonly operation?: string;
  readonly fate: Fate;
  readonly delayMs: number;
}

/** Watches the wires for a moment; where the step has fewer requests, the first one after it will do. */
export class KillSwitch implements WireListener {
  #step: Step = 'begin';
  #seen = 0;
  #fired = false;

  constructor(
    private readonly moment: Moment,
    private readonly fire: (request: WireRequest) => void,
  ) {}

  onRequest(request: WireRequest): Fate | undefined {
    const [now, wanted] = [steps.indexOf(this.#step), steps.indexOf(this.moment.step)];
    if (this.#fired || request.operation === 'end' || now < wanted) return undefined;
    const { operation = request.operation } = this.moment;
    if (now === wanted && (request.operation !== operation || ++this.#seen < this.moment.request)) return undefined;
    this.#fired = true;
    this.fire(request);
    return this.moment.fate;
  }

  onDone({ wire, body }: WireRequest): void {
    if (wire !== 'ledger') return;
    const { ExpressionAttributeValues: values } = body as {
      ExpressionAttributeValues?: Record<string, { S?: string }>;
    };
    const step = steps.find((each) => each === values?.[':step']?.S);
    if (step === undefined) return;
    this.#step = step;
    this.#seen = 0;
  }
}
