/**
 * Compares two paths as their UTF-8 bytes, the order in which a key-value store scans. JavaScript's own order differs
 * where a character beyond U+FFFF, two surrogates in a string, meets one from U+E000 on.
 */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The index of the last item whose path is `path` or before it; -1 when all come after it. */
export function lastUpTo<T>(items: readonly T[], pathOf: (item: T) => string, path: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && comparePaths(pathOf(item), path) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
