/** What is paid for, and how it comes about. */
export interface CostLine {
  readonly what: string;
  /** Of which there are so many: units, seconds, requests. */
  readonly amount: number;
  readonly unit: string;
  readonly dollars: number;
}

/** So many of a unit, each at the same price. */
export function costLine(what: string, amount: number, unit: string, price: number): CostLine {
  return { what, amount, unit, dollars: amount * price };
}

export function total(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}
