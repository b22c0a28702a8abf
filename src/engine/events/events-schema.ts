import { z } from 'zod';
import { eventSource } from './event.js';
import { eventKinds } from './event-kinds.js';

/**
 * The events as JSON Schema (draft 2020-12), as a rule of EventBridge hands them on: made of the very schemas that they are issued
 * by. Fields may be added to what it describes.
 */
export function eventsJsonSchema(): Record<string, unknown> {
  const details = eventKinds.map(({ detailType, detail }) => {
    const { $schema: _, ...schema } = z.toJSONSchema(detail, { io: 'input' });
    return {
      type: 'object',
      title: detailType,
      properties: {
        source: { type: 'string', const: eventSource },
        'detail-type': { type: 'string', const: detailType },
        detail: schema,
      },
      required: ['source', 'detail-type', 'detail'],
    };
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The events of Carryover, as Amazon EventBridge hands them on',
    oneOf: details,
  };
}
