import Table from 'cli-table3';

/** A measured ratio, beside what we want it to be. */
export interface Figure {
  readonly name: string;
  readonly ratio: number;
  readonly goal: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

export function figuresTable(figures: readonly Figure[]): string {
  const table = new Table({ head: ['figure', 'ratio', 'goal'], style: { head: [], border: [], compact: true } });
  for (const { name, ratio, goal } of figures) table.push([name, ratio.toFixed(3), goal]);
  return table.toString();
}
