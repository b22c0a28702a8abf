import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { quotas } from '../../src/estimates/platform.js';
import { maxUnits } from '../../src/migrations/copy/segment-count.js';
import { batchItems } from '../../src/stores/dynamodb/batch.js';

const page = await readFile('docs/quotas.md', 'utf8');
const links = [...new Set([...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path]) => path ?? ''))];

describe('docs/quotas.md', () => {
  test.each(links)('names a file that is there: %s', async (path) => {
    await expect(access(join('docs', path))).resolves.toBeUndefined();
  });

  test('says of each quota what respects it and what happens beyond', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
    expect(rows.length).toBeGreaterThan(40);
    for (const row of rows) expect(row.split(' |')).toHaveLength(5);
  });

  test('has the numbers that the estimates and the code take', async () => {
    const { execution, functions, table, newOnDemandTable, partition } = quotas;
    const text = (number: number): string => number.toLocaleString('en-US');
    expect(page).toContain(`| history of an execution | ${text(execution.events)} events |`);
    expect(page).toContain(`| input and output of a state | ${execution.stateBytes / 1024} KB |`);
    expect(page).toContain(`| children of a Distributed Map at a time | ${text(execution.mapChildren)} |`);
    expect(page).toContain(`${text(maxUnits)} units of ${Math.floor(execution.stateBytes / maxUnits)} bytes`);
    expect(page).toContain(`| a call | ${functions.seconds / 60} minutes |`);
    expect(page).toContain(`| calls at a time | ${text(functions.concurrent)} in a Region`);
    expect(page).toContain(
      `| one partition | ${text(partition.writeUnits)} write and ${text(partition.readUnits)} read`,
    );
    expect(page).toContain(`| a table | ${text(table.readUnits)} read and ${text(table.writeUnits)} write units`);
    expect(page).toContain(`${text(newOnDemandTable.readUnits)} and ${text(newOnDemandTable.writeUnits)} at once`);
    expect(page).toContain(`| BatchWriteItem | ${batchItems} items, 16 MB |`);
    expect((await stat('statemachines/migration.asl.json')).size).toBeLessThan(50 * 1024);
  });
});
