import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { eventsJsonSchema } from '../../../src/engine/events/events-schema.js';
import { eventSource } from '../../../src/engine/events/event.js';
import { eventKinds } from '../../../src/engine/events/event-kinds.js';

const published = JSON.parse(await readFile('docs/events.schema.json', 'utf8')) as z.core.JSONSchema.BaseSchema;
const schema = z.fromJSONSchema(published);
const page = await readFile('docs/events.md', 'utf8');

/** What stands between two headings of the page, with its blocks of JSON: the sample first, then the pattern of a rule. */
function section(heading: string): { text: string; blocks: Record<string, unknown>[] } {
  const text = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...text.matchAll(/```json\n(.*?)```/gs)].map(
    ([, block = '']) => JSON.parse(block) as Record<string, unknown>,
  );
  return { text, blocks };
}

const asHandedOn = (detailType: string, detail: object) => ({
  ...{ version: '0', id: 'x', account: '123456789012', region: 'eu-west-1', resources: [] },
  ...{ source: eventSource, 'detail-type': detailType, detail },
});

/** Whether a rule with this pattern of plain values takes the event. */
function takes(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.includes(event);
  return Object.entries(pattern as object).every(([name, each]) =>
    takes(each, (event as Record<string, unknown>)[name]),
  );
}

describe('the published schema of the events', () => {
  test('is what they are issued by: run "npm run docs" where it is not', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(eventsJsonSchema())));
  });

  test.each([
    ['another source', { source: 'else' }],
    ['a type that is none', { 'detail-type': 'Run Paused' }],
    ['no detail', { detail: undefined }],
    ['another format', { detail: { ...section('Run Started').blocks[0], format: 2 } }],
    ['the detail of another type', { detail: section('Step Finished').blocks[0] }],
  ])('refuses an event with %s', (_what, change) => {
    const event = asHandedOn('Run Started', section('Run Started').blocks[0] ?? {});
    expect(schema.safeParse(event).success).toBe(true);
    expect(schema.safeParse({ ...event, ...change }).success).toBe(false);
  });
});

describe.each(eventKinds)('docs/events.md on $detailType', ({ detailType, name, detail }) => {
  const { text, blocks } = section(detailType);
  const [sample = {}, pattern] = blocks;

  test('has a sample that the schema takes, with an id of its kind and no field that is not issued', () => {
    expect(schema.safeParse(asHandedOn(detailType, sample)).error).toBeUndefined();
    expect(detail.parse(sample)).toEqual(sample);
    expect(sample['id']).toContain(`/${name}-`);
  });

  test('has a pattern that takes the sample, and no other event', () => {
    for (const kind of eventKinds) {
      const event = asHandedOn(kind.detailType, section(kind.detailType).blocks[0] ?? {});
      expect(takes(pattern, event)).toBe(kind.detailType === detailType);
    }
  });

  test('explains every field that it has of its own', () => {
    const explained = new Set([...text.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, names = '']) => names.split(', ')));
    const own = Object.keys((z.toJSONSchema(detail) as { properties: object }).properties);
    const always = ['format', 'id', 'run', 'at'];
    expect(own.filter((field) => !always.includes(field) && !explained.has(`\`${field}\``))).toEqual([]);
  });
});
