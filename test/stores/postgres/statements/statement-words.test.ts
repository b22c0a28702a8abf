import fc from 'fast-check';
import { statementWords } from '../../../../src/stores/postgres/statements/statement-words.js';

const words = (text: string) => [...statementWords(text)].join(' ');

test.each([
  ['  \n;; commit -- BEGIN\n and /* a /* nested */ ROLLBACK */ chain', 'COMMIT AND CHAIN'],
  [
    `UPDATE "COMMIT" SET v = 'a''VACUUM' || E'b\\'c' || $tag$ END $$ $tag$ || $$x$$ WHERE id = $1`,
    'UPDATE SET V WHERE ID',
  ],
  [`SELECT e'it''s \\\\' , n'x', u&"y" FROM été$1`, 'SELECT N U FROM ÉTÉ$1'],
  [`SELECT 1e5, 0x1F, a$b$c$b$ FROM t`, 'SELECT A$B$C$B$ FROM T'],
  [`SELECT 'never closed; COMMIT`, 'SELECT'],
  ['SELECT /* never closed COMMIT', 'SELECT'],
  ['SELECT $a$ never closed COMMIT', 'SELECT'],
  ['\u00a0COMMIT', '\u00a0COMMIT'],
  ['(SELECT 1)', 'SELECT'],
])('%j', (text, expected) => {
  expect(words(text)).toBe(expected);
});

test('what stands in texts, quoted names and comments is never a word', () => {
  const anything = fc.string({ unit: 'binary' });
  const hidden = fc.oneof(
    anything.map((text) => `'${text.replaceAll("'", "''")}'`),
    anything.map((text) => `E'${text.replace(/[\\']/g, '\\$&')}'`),
    anything.map((text) => `"${text.replaceAll('"', '""')}"`),
    anything.map((text) => `--${text.replace(/[\r\n]/g, '')}\n`),
    anything.map((text) => `/*${text.replaceAll('*/', '').replaceAll('/*', '').replace(/\/$/, '')}*/`),
    anything.map((text) => `$tag$${text.replaceAll('$', '')}$tag$`),
  );
  fc.assert(fc.property(fc.array(hidden), (parts) => words(` ${parts.join(' ')} COMMIT`) === 'COMMIT'));
});
