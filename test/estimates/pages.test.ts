import { readFile } from 'node:fs/promises';
import { withParts } from '../../src/estimates/markdown.js';
import { estimatePages } from '../../src/estimates/pages.js';

const definition = JSON.parse(await readFile('statemachines/migration.asl.json', 'utf8')) as unknown;

describe('pages of estimates', () => {
  test.each(Object.entries(estimatePages))(
    '%s is what the code makes of it: run npm run docs',
    async (path, written) => {
      const page = await readFile(path, 'utf8');
      expect(written(page, definition)).toBe(page);
      expect(page).toContain('was measured on AWS');
    },
  );

  test('have their parts written anew, and nothing else', () => {
    const page = 'before\n<!-- generated: a -->\nold $& text\n<!-- end -->\nafter\n';
    const written = withParts(page, { a: 'new $& text' });
    expect(written).toBe('before\n<!-- generated: a -->\n\nnew $& text\n\n<!-- end -->\nafter\n');
    expect(withParts(written, { a: 'new $& text' })).toBe(written);
  });

  test('are refused where a part has no place, or a place no part', () => {
    expect(() => withParts('', { a: '' })).toThrow('no place for a');
    expect(() => withParts('<!-- generated: b -->\n<!-- end -->', {})).toThrow('under the name "b"');
  });
});
