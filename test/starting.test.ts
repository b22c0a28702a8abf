import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const page = await readFile('docs/starting.md', 'utf8');
const schema = z.fromJSONSchema(
  JSON.parse(await readFile('docs/execution-input.schema.json', 'utf8')) as z.core.JSONSchema.BaseSchema,
);

/** What the first group of a pattern finds on the page. */
function found(pattern: RegExp): string[] {
  return [...page.matchAll(pattern)].map(([, text = '']) => text);
}

const tasks = found(/```json\n([\s\S]*?)```/g).map(
  (text) => (JSON.parse(text) as { Parameters: { Input: unknown } }).Parameters.Input,
);
const samples: Readonly<Record<string, readonly string[]>> = {
  'the table': found(/^\| [^|]+ \| `(\{.*\})` \|$/gm),
  'the AWS command line': found(/--input '([^']+)'/g),
  'a program': found(/ input: '([^']+)'/g),
  'another state machine': tasks.map((input) => JSON.stringify(input)),
};

describe('docs/starting.md', () => {
  test.each(Object.entries(samples))('has inputs for %s, all of which Begin takes', (_, inputs) => {
    expect(inputs.length).toBeGreaterThan(0);
    const refused = inputs.filter((input) => !schema.safeParse(JSON.parse(input)).success);
    expect(refused).toEqual([]);
  });

  test('shows every kind of input in the table and for the AWS command line', () => {
    for (const from of ['the table', 'the AWS command line'])
      expect([...new Set(samples[from]?.map((input) => Object.keys(JSON.parse(input) as object)[0]))].sort()).toEqual([
        ...['cleanup', 'copy', 'export', 'import', 'up'],
      ]);
  });

  test('says the inputs that the construct gives by itself', async () => {
    const { newestVersion } = await import('../cdk/starts/start-schedule.js');
    expect(page.split(`The input is \`${JSON.stringify(newestVersion)}\`.`)).toHaveLength(3);
  });
});
