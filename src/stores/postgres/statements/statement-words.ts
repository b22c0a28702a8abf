/** What PostgreSQL takes for blank: no-break spaces and their like are letters to it. */
const blank = /[ \t\n\r\f\v]+/y;
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number = /\d[\w.]*/y;
const dollarQuote = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const lineComment = /--[^\n\r]*/y;

/**
 * The words of a statement in capitals: keywords and names that are not quoted; without texts, quoted names, numbers and
 * comments. https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export function* statementWords(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const found = matchAt(word, text, at);
    if (found === undefined) {
      at = skip(text, at);
    } else if (found.length === 1 && /e/i.test(found) && text[at + 1] === "'") {
      at = afterEscaped(text, at + 2);
    } else {
      yield found.toUpperCase();
      at += found.length;
    }
  }
}

/** Where what is no word ends. */
function skip(text: string, at: number): number {
  for (const pattern of [blank, lineComment, number]) {
    const found = matchAt(pattern, text, at);
    if (found !== undefined) return at + found.length;
  }
  if (text.startsWith('/*', at)) return afterComment(text, at);
  const quote = text[at] === "'" || text[at] === '"' ? text[at] : matchAt(dollarQuote, text, at);
  // A doubled quote ends one text and begins another: between them is nothing.
  return quote === undefined ? at + 1 : after(text, quote, at + quote.length);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at === -1 ? text.length : at + end.length;
}

/** The end of E'…', in which a backslash takes the next character's meaning away. */
function afterEscaped(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === "'" && text[at + 1] === "'") at += 1;
    else if (text[at] === "'") return at + 1;
  }
  return text.length;
}

/** Comments may hold comments. */
function afterComment(text: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  for (let depth = 0; ;) {
    const found = mark.exec(text);
    if (found === null) return text.length;
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
}
