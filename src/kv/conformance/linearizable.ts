/**
 * One operation on one entry, as its client saw it. Each write has a value of its own, so that a value names the write.
 * `from` and `to` count turns: an operation took effect at some moment between them.
 */
export interface Observed {
  readonly kind: 'get' | 'set' | 'delete' | 'setIf';
  readonly from: number;
  /** Infinity when nobody knows whether, or when, it took effect. */
  readonly to: number;
  /** Of a get: what it saw; of a write: what it wrote. */
  readonly value?: number | undefined;
  /** Of a setIf: the value that it was to replace, undefined for none; and what became of it. */
  readonly expected?: number | undefined;
  readonly outcome?: 'written' | 'refused' | 'unknown';
}

/**
 * Whether there is an order in which the operations, one after another on a plain variable that is empty at first, would
 * have given the same answers, and in which none comes before one that had ended when it began (linearizability).
 */
export function isLinearizable(operations: readonly Observed[]): boolean {
  const seen = new Set<string>();
  const search = (left: readonly Observed[], state: number | undefined): boolean => {
    // What nobody knows of may never have happened.
    if (left.every(({ to }) => to === Number.POSITIVE_INFINITY)) return true;
    const place = `${state}|${left.map((operation) => operations.indexOf(operation)).join(',')}`;
    if (seen.has(place)) return false;
    seen.add(place);
    const firstEnd = Math.min(...left.map(({ to }) => to));
    return left.some((operation) => {
      if (operation.from > firstEnd) return false;
      const next = applied(operation, state);
      return (
        next !== 'impossible' &&
        search(
          left.filter((other) => other !== operation),
          next.state,
        )
      );
    });
  };
  return search(operations, undefined);
}

/** The state after the operation, or that it cannot have given its answer here. */
function applied(operation: Observed, state: number | undefined): { state: number | undefined } | 'impossible' {
  const { kind, value, expected, outcome } = operation;
  if (kind === 'get') return value === state ? { state } : 'impossible';
  if (kind === 'set') return { state: value };
  if (kind === 'delete') return { state: undefined };
  const holds = expected === state;
  if (outcome === 'refused') return holds ? 'impossible' : { state };
  if (outcome === 'written') return holds ? { state: value } : 'impossible';
  return { state: holds ? value : state };
}
