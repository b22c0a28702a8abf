import { z } from 'zod';
import { speedFields } from '../../settings.js';
import { packageNames } from './export-input.js';

/** The input of an import of exported packages, `{"import": {…}}`, as the console, the API and the command line give it. */
export const importInputSchema = z.strictObject({
  /** Names of stores that the project declares. */
  from: z.string().min(1),
  to: z.string().min(1),
  /** The key-value store: a table of `to`. */
  table: z.string().min(1).default('key_values'),
  /** Only these. Default: all that were exported. */
  packages: packageNames.optional(),
  /** Begin a new attempt; drop what the unfinished one created. */
  fresh: z.boolean().default(false),
  ...speedFields,
  dryRun: z.boolean().default(false),
});

export type ImportInput = z.infer<typeof importInputSchema>;
