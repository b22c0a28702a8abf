import type { Json } from '../../json.js';
import { segmentCount, type TableSize } from '../../migrations/copy/segment-count.js';
import type { Expectation, View } from '../../migrations/expectation.js';
import type { OpenRun } from '../runs/open-run.js';
import type { ViewWork } from '../units/view-pages.js';
import type { PlannedExpectation } from './expectations.js';

/** A table that validation reads: each side's; of what must only be contained, the expected side's alone. */
interface Reading {
  readonly side: ViewWork['side'];
  readonly store: string;
  readonly table: string;
}

function readings({ relation, expected, actual }: Expectation): Reading[] {
  const of = (side: Reading['side'], { store, table, tables = [] }: View): Reading[] =>
    [table, ...tables].map((one) => ({ side, store, table: one }));
  return [...of('expected', expected), ...(relation === 'equal' ? of('actual', actual) : [])];
}

/**
 * In how many segments each table of this expectation is best read. A side is taken to be as large as the larger of both:
 * DynamoDB knows nothing of a target that was just filled, and the count of one that was counted meanwhile is too small.
 */
export async function wantedSegments(open: OpenRun, expectation: Expectation): Promise<number[]> {
  const sized: (Reading & Required<TableSize>)[] = [];
  for (const reading of readings(expectation)) {
    const { items = 0, sizeBytes = 0 } = await (await open.task.openStore(reading.store)).describe(reading.table);
    sized.push({ ...reading, items, sizeBytes });
  }
  const expected = sized.filter(({ side }) => side === 'expected');
  const actual = sized.filter(({ side }) => side === 'actual');
  // Of a table that several expectations share, each has a part alone.
  const isShared = expectation.actual.transformed === true;
  const count =
    ({ segments }: View) =>
    (size: TableSize): number =>
      segments ?? segmentCount(size, open.settings);
  return [
    ...enlarged(expected, isShared ? [] : actual).map(count(expectation.expected)),
    ...enlarged(actual, expected).map(count(expectation.actual)),
  ];
}

/** The sizes of a side's tables, in proportion, so that together they are as large as the other side if that is larger. */
function enlarged(side: readonly Required<TableSize>[], other: readonly Required<TableSize>[]): TableSize[] {
  const grown = (of: keyof TableSize): number[] => {
    const [own, others] = [sum(side, of), sum(other, of)];
    return side.map((size) => (own === 0 ? others / side.length : size[of] * Math.max(1, others / own)));
  };
  const [items, sizeBytes] = [grown('items'), grown('sizeBytes')];
  return side.map((_, index) => ({ items: items[index] ?? 0, sizeBytes: sizeBytes[index] ?? 0 }));
}

function sum(sizes: readonly Required<TableSize>[], of: keyof TableSize): number {
  return sizes.reduce((all, size) => all + size[of], 0);
}

/** The units of an expectation; no table has more than `most` of them. */
export async function viewWorks(
  open: OpenRun,
  expectation: PlannedExpectation,
  most: number,
): Promise<readonly Json[]> {
  const works: ViewWork[] = [];
  for (const [index, { side, store, table }] of readings(expectation).entries()) {
    const parts = Math.min(expectation.segments[index] ?? 1, most);
    const segments = await (await open.task.openStore(store)).split(table, parts);
    works.push(...segments.map((segment) => ({ side, segment })));
  }
  return works as unknown as Json[];
}
