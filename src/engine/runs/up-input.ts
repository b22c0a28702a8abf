import { z } from 'zod';
import { speedFields } from '../../settings.js';

const version = z.number().int().min(1);

/** The input of the version chain, `{"up": {…}}`, as the console, the API and the command line give it. */
export const upInputSchema = z.strictObject({
  /** The last version to go to. Default: the newest that the code knows. */
  to: version.optional(),
  /** Only this partition. */
  partition: z.string().min(1).optional(),
  /** Begin a new attempt of the migration that is under way; drop what the unfinished one created. */
  fresh: z.boolean().default(false),
  /** Versions whose migration was changed after it was applied, on purpose. */
  acceptChanged: z.array(version).default([]),
  ...speedFields,
  dryRun: z.boolean().default(false),
});

export type UpInput = z.infer<typeof upInputSchema>;
