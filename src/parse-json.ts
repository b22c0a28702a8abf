/** As it is before anything replaces it (see src/local/embedded-dynamodb-worker.ts). */
const { parse } = JSON;

/**
 * `JSON.parse` for texts whose property names may be anything: items. V8 takes a name that is written with an escape
 * for another name that it has met, one with a backslash, when the characters in the text begin alike: once there was
 * `{"a\\":1}`, it reads `{"a\n":1}` as `{"a\\":1}` (Node 24 and 26; https://github.com/nodejs/node/issues/63785).
 * So names that are written with escapes are spelled without any while V8 reads them. Texts that have none, nearly
 * all, cost one search for a backslash, and for each string that has one a search for its end.
 * Throws SyntaxError for what is no JSON.
 */
export function parseJson(text: string): unknown {
  const name = nextEscapedName(text, 0);
  return name === undefined ? parse(text) : parseRespelled(text, name);
}

/** Where a name with an escape begins and ends in the text, quotes included. */
interface Place {
  readonly start: number;
  readonly end: number;
}

const quoteOrEscape = /["\\]/g;
const colon = /\s*:/y;

/** The first such name from `from` on, which is outside of all strings. */
function nextEscapedName(text: string, from: number): Place | undefined {
  for (let at = text.indexOf('\\', from); at !== -1;) {
    const end = endOfString(text, at);
    colon.lastIndex = end;
    // No escape stands between the quote that opens the string and its first escape.
    if (colon.test(text)) return { start: text.lastIndexOf('"', at), end };
    at = text.indexOf('\\', end);
  }
  return undefined;
}

/** Behind the quote that closes the string that `at` is in; the end of the text where nothing closes it. */
function endOfString(text: string, at: number): number {
  quoteOrEscape.lastIndex = at;
  for (let found = quoteOrEscape.exec(text); found !== null; found = quoteOrEscape.exec(text)) {
    if (found[0] === '"') return quoteOrEscape.lastIndex;
    quoteOrEscape.lastIndex += 1;
  }
  return text.length;
}

function parseRespelled(text: string, first: Place): unknown {
  const mark = unusedMark(text);
  let respelled = '';
  let copied = 0;
  for (let name: Place | undefined = first; name !== undefined; name = nextEscapedName(text, copied)) {
    // Values are read rightly, escapes and all.
    const spelled = parse(text.slice(name.start, name.end)) as string;
    respelled += `${text.slice(copied, name.start)}"${mark}${Buffer.from(spelled, 'utf16le').toString('hex')}"`;
    copied = name.end;
  }
  return restored(parse(respelled + text.slice(copied)), mark);
}

/** What no name in the text begins with. */
function unusedMark(text: string): string {
  let mark = '~';
  while (text.includes(`"${mark}`)) mark += '~';
  return mark;
}

function restored(value: unknown, mark: string): unknown {
  if (Array.isArray(value)) return value.map((member) => restored(member, mark));
  if (typeof value !== 'object' || value === null) return value;
  // Makes own properties of all names, `__proto__` too.
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.startsWith(mark) ? Buffer.from(name.slice(mark.length), 'hex').toString('utf16le') : name,
      restored(member, mark),
    ]),
  );
}
