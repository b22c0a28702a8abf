import { selectTables } from '../../../src/migrations/copy/select-tables.js';
import { copyInputSchema } from '../../../src/migrations/copy/copy-input.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import type { Store } from '../../../src/stores/store.js';
import { filled } from '../../engine/memory-stores.js';

const select = (source: Store, more: object = {}) => {
  const stores = { source, from: 'source', to: 'target' };
  const input = copyInputSchema.parse({ from: 'source', to: 'target', ...more });
  return selectTables({ ...stores, input, changes: {}, option: (name) => `copy.${name}` });
};

describe('a pattern that means no table', () => {
  test('is told with what is there', async () => {
    const { faults } = await select(await filled(1, ['orders']), { tables: ['order'] });
    expect(faults).toEqual([{ field: 'copy.tables', message: '"order" matches no table: memory: holds orders' }]);
  });

  test('is told apart: a store without tables, and one that is not there at all', async () => {
    const empty = openMemoryStore();
    expect((await select(empty)).faults).toMatchObject([{ message: /holds no tables/ }].map(matching));
    empty.absence = () => Promise.resolve('schema "sales" does not exist');
    const { faults } = await select(empty);
    expect(faults).toMatchObject([{ message: /: schema "sales" does not exist in memory:$/ }].map(matching));
  });
});

function matching({ message }: { message: RegExp }) {
  return { field: 'copy.tables', message: expect.stringMatching(message) as string };
}
