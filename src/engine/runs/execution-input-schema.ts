import { z } from 'zod';
import { asked, executionInputSchema } from './execution-input.js';

/**
 * The input of an execution as JSON Schema (draft 2020-12), for editors, forms and those who check what they send: made of the
 * very schema that Begin parses with. What it cannot say, Begin refuses all the same: stores that the project does not
 * declare, one store as source and target, options that contradict one another.
 */
export function executionInputJsonSchema(): Record<string, unknown> {
  const { $schema, properties = {} } = z.toJSONSchema(executionInputSchema, { io: 'input' });
  const { startedBy } = properties;
  return {
    $schema,
    title: 'The input of an execution of Carryover',
    oneOf: asked.map((name) => ({
      type: 'object',
      properties: { [name]: properties[name], startedBy },
      required: [name],
      additionalProperties: false,
    })),
  };
}
