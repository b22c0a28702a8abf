import type { z } from 'zod';
import { InputError } from '../src/errors.js';

/** What a function is called with, as its schema says. Throws InputError with all that is wrong with it. */
export function parseEvent<Event>(schema: z.ZodType<Event>, event: unknown): Event {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new InputError(parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'event', message })));
}
