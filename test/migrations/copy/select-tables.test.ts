import { selectTables } from '../../../src/migrations/copy/select-tables.js';
import { copyInputSchema } from '../../../src/migrations/copy/copy-input.js';
import { openMemoryStore } from '../../../src/stores/memory/memory-store.js';
import { filled } from '../../engine/memory-stores.js';

const input = (more: object = {}) => copyInputSchema.parse({ from: 'source', to: 'target', ...more });

describe('a pattern that means no table', () => {
  test('is told with what is there', async () => {
    const { faults } = await selectTables(await filled(1, ['orders']), input({ tables: ['order'] }));
    expect(faults).toEqual([{ field: 'copy.tables', message: '"order" matches no table: memory: holds orders' }]);
  });

  test('is told apart: a store without tables, and one that is not there at all', async () => {
    const empty = openMemoryStore();
    expect((await selectTables(empty, input())).faults).toMatchObject([{ message: /holds no tables/ }].map(matching));
    empty.absence = () => Promise.resolve('schema "sales" does not exist');
    const { faults } = await selectTables(empty, input());
    expect(faults).toMatchObject([{ message: /: schema "sales" does not exist in memory:$/ }].map(matching));
  });
});

function matching({ message }: { message: RegExp }) {
  return { field: 'copy.tables', message: expect.stringMatching(message) as string };
}
