const nul = '\u0000';
const mark = '\u0001';

/**
 * Strings of other engines as PostgreSQL's text, which holds every character but U+0000: U+0000 is written as U+0001
 * U+0001, and U+0001 as U+0001 U+0002. Reversible, and it keeps the order by code point (COLLATE "C").
 */
export function escapeKeyText(text: string): string {
  if (!text.includes(nul) && !text.includes(mark)) return text;
  return text.replaceAll(mark, `${mark}\u0002`).replaceAll(nul, mark + mark);
}

/** The string that was escaped. A mark before anything else is left as it is: somebody else wrote that text. */
export function unescapeKeyText(text: string): string {
  if (!text.includes(mark)) return text;
  let original = '';
  for (let at = 0; at < text.length; at += 1) {
    const next = text[at + 1];
    const escaped = text[at] === mark && (next === mark || next === '\u0002');
    original += escaped ? (next === mark ? nul : mark) : text[at];
    if (escaped) at += 1;
  }
  return original;
}
