import prettyBytes from 'pretty-bytes';

/** A table of Markdown: the first row is its head. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function count(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

/** Three digits of what need not be exact. */
export function amount(number: number): string {
  return number.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

export function dollars(number: number): string {
  if (number < 0.005) return 'under $0.01';
  const digits = number < 100 ? 2 : 0;
  return `$${number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

export function bytes(number: number): string {
  return prettyBytes(number, { maximumFractionDigits: number < 1e12 ? 0 : 2 });
}

/** Hours, or minutes where there are few. */
export function duration(seconds: number): string {
  const hours = seconds / 3_600;
  return hours < 1 ? `${Math.round(seconds / 60)} min` : `${hours.toFixed(hours < 10 ? 1 : 0)} h`;
}

/**
 * A page with its generated parts written anew, each between `<!-- generated: NAME -->` and `<!-- end -->`. Throws RangeError for
 * a part that the page has no place for, and for a place that there is no part for.
 */
export function withParts(page: string, parts: Readonly<Record<string, string>>): string {
  const left = new Set(Object.keys(parts));
  const written = page.replaceAll(/(<!-- generated: (.+?) -->\n)[\s\S]*?(<!-- end -->)/g, (...found) => {
    const [, begin, name, end] = found as unknown as [string, string, string, string];
    const part = parts[name];
    if (part === undefined) throw new RangeError(`nothing is generated under the name "${name}"`);
    left.delete(name);
    return `${begin}\n${part}\n\n${end}`;
  });
  if (left.size > 0) throw new RangeError(`the page has no place for ${[...left].join(', ')}`);
  return written;
}
