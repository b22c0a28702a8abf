import { createHash } from 'node:crypto';
import { z } from 'zod';
import { speedFields } from '../../settings.js';

export const stepNames = ['setup', 'migrate', 'validate'] as const;
export type StepName = (typeof stepNames)[number];

const patterns = z.array(z.string().min(1));

/** The input of an ad-hoc copy, `{"copy": {…}}`, as the console, the API and the command line give it. */
export const copyInputSchema = z.strictObject({
  /** Names of stores that the project declares. */
  from: z.string().min(1),
  to: z.string().min(1),
  /** Which tables: names, with `*` for any characters. */
  tables: patterns.min(1).default(['*']),
  exclude: patterns.default([]),
  /** Created in the target, their data left to the user. */
  schemaOnly: patterns.default([]),
  /** Carried, but known to diverge. */
  noValidate: patterns.default([]),
  steps: z
    .array(z.enum(stepNames))
    .min(1)
    .default([...stepNames]),
  onExisting: z.enum(['fail', 'replace', 'merge']).default('fail'),
  /** With `onExisting: "replace"`: the tables of the target that may be dropped, each by its name. */
  replace: z.array(z.string().min(1)).default([]),
  /** Begin a new attempt; drop what the unfinished one created. */
  fresh: z.boolean().default(false),
  ...speedFields,
  segments: z.number().int().min(1).max(10_000).optional(),
  dryRun: z.boolean().default(false),
});

export type CopyInput = z.infer<typeof copyInputSchema>;

/**
 * What makes two commands "the same": the attempt of one is resumed by the other. How fast and which steps is no part
 * of it, and neither is what is validated, so that a table can be let off after a failed verdict.
 */
export function copySpec(input: CopyInput, locations: { from: string; to: string }): string {
  const same = {
    ...locations,
    tables: [...input.tables].sort(),
    exclude: [...input.exclude].sort(),
    schemaOnly: [...input.schemaOnly].sort(),
    onExisting: input.onExisting,
  };
  return createHash('sha256').update(JSON.stringify(same)).digest('hex').slice(0, 16);
}

/** The copy in one line, for people. */
export function describeCopy(input: CopyInput, locations: { from: string; to: string }): string {
  const except = input.exclude.length > 0 ? ` except ${input.exclude.join(', ')}` : '';
  return `copy ${input.tables.join(', ')}${except} from ${locations.from} to ${locations.to}`;
}
