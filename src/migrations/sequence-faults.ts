import type { Fault } from '../errors.js';
import { fileNumber } from './file-name.js';

interface NumberedFile {
  readonly version: number;
  readonly file: string;
}

/** What is wrong with the sequence of the numbers: some that come twice, or are left out without being declared. */
export function sequenceFaults(files: readonly NumberedFile[], gaps: readonly number[]): Fault[] {
  const byNumber = new Map<number, string[]>();
  for (const { version, file } of files) byNumber.set(version, [...(byNumber.get(version) ?? []), file]);
  return [...twins(byNumber), ...filledGaps(byNumber, gaps), ...missingNumbers(byNumber, gaps)];
}

function twins(byNumber: ReadonlyMap<number, readonly string[]>): Fault[] {
  return [...byNumber.values()].flatMap(([first = '', ...others]) =>
    others.map((file) => ({
      field: file,
      message: `has the number of ${first}: give one of them another, in the order in which they are to run`,
    })),
  );
}

function filledGaps(byNumber: ReadonlyMap<number, readonly string[]>, gaps: readonly number[]): Fault[] {
  return [...new Set(gaps)].sort(ascending).flatMap((gap) => {
    const [file] = byNumber.get(gap) ?? [];
    return file === undefined ? [] : [{ field: 'gaps', message: `has ${gap}, but ${file} is there: leave ${gap} out` }];
  });
}

/** Numbers between 1 and the last one that are neither there nor declared; a run of them is one fault. */
function missingNumbers(byNumber: ReadonlyMap<number, readonly string[]>, gaps: readonly number[]): Fault[] {
  const numbers = [...byNumber.keys()].sort(ascending);
  const known = [...new Set([...numbers, ...gaps])].sort(ascending);
  return known.flatMap((end, index) => {
    const from = (known[index - 1] ?? 0) + 1;
    const next = numbers.find((number) => number >= end);
    if (from >= end || next === undefined) return [];
    return [{ field: byNumber.get(next)?.[0] ?? '', message: missingMessage(from, end - 1) }];
  });
}

function missingMessage(from: number, to: number): string {
  return from === to
    ? `comes after ${fileNumber(from)}, which is not there: number the files on, or declare "gaps: [${from}]" in the configuration`
    : `comes after ${fileNumber(from)} to ${fileNumber(to)}, which are not there: number the files on, or declare each of these numbers in the "gaps" of the configuration`;
}

function ascending(a: number, b: number): number {
  return a - b;
}
