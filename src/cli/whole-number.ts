import type { Fault } from '../errors.js';

/** The number that an option gives, from `least` to `most`; adds the fault of what is none. */
export function wholeNumber(
  field: string,
  text: string | undefined,
  { least = 1, most }: { readonly least?: number; readonly most: number },
  faults: Fault[],
): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  faults.push({ field, message: `"${text}" is not a whole number from ${least} to ${most}` });
  return undefined;
}
