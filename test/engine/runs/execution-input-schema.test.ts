import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { executionInputJsonSchema } from '../../../src/engine/runs/execution-input-schema.js';
import { parseExecutionInput } from '../../../src/engine/runs/execution-input.js';

const published = JSON.parse(
  await readFile('docs/execution-input.schema.json', 'utf8'),
) as z.core.JSONSchema.BaseSchema;

function begins(input: unknown): boolean {
  try {
    parseExecutionInput(input);
    return true;
  } catch {
    return false;
  }
}

describe('the published schema of the input', () => {
  test('is what Begin parses with: run "npm run docs" where it is not', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(executionInputJsonSchema())));
  });

  const schema = z.fromJSONSchema(published);

  test.each([
    { copy: { from: 'a', to: 'b' } },
    { copy: { from: 'a', to: 'b', tables: ['orders*'], steps: ['validate'], onExisting: 'merge', concurrency: 4 } },
    { up: {} },
    { up: { readUnitsPerSecond: 100, writeUnitsPerSecond: 1 } },
    { up: { to: 3, partition: 'p', fresh: true, acceptChanged: [1], dryRun: true }, startedBy: 'ann' },
    { export: { to: 'archive', packages: ['refs', 'auth'] } },
    { import: { from: 'archive', to: 'kv' } },
    { cleanup: {} },
  ])('takes what Begin takes: %j', (input) => {
    expect({ schema: schema.safeParse(input).success, begin: begins(input) }).toEqual({ schema: true, begin: true });
  });

  test.each([
    {},
    'up',
    { up: {}, cleanup: {} },
    { copy: { from: 'a' } },
    { copy: { from: 'a', to: 'b', table: ['orders'] } },
    { copy: { from: 'a', to: 'b', steps: [] } },
    { copy: { from: 'a', to: 'b', concurrency: 1_001 } },
    { up: { to: 0 } },
    { up: { writeUnitsPerSecond: 0 } },
    { import: { from: 'a', to: 'b', readUnitsPerSecond: 1.5 } },
    { up: { to: 1.5 } },
    { export: {} },
    { import: { from: 'a', to: 'b', packages: [] } },
    { cleanup: { fresh: true } },
    { up: {}, startedBy: 'x'.repeat(201) },
  ])('refuses what Begin refuses: %j', (input) => {
    expect({ schema: schema.safeParse(input).success, begin: begins(input) }).toEqual({ schema: false, begin: false });
  });
});
