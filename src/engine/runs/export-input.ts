import { z } from 'zod';
import { speedFields } from '../../settings.js';

/** Packages by their names, each once. */
export const packageNames = z
  .array(z.string().min(1))
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'names a package twice: name each once')
  .meta({ uniqueItems: true });

/** The input of an export of packages, `{"export": {…}}`, as the console, the API and the command line give it. */
export const exportInputSchema = z.strictObject({
  /** The migration whose packages are exported. Default: the only one that has any. */
  version: z.number().int().min(1).optional(),
  /** The name of a store that the project declares. */
  to: z.string().min(1),
  /** Only these. Default: all. */
  packages: packageNames.optional(),
  /** Begin a new attempt; drop what the unfinished one created. */
  fresh: z.boolean().default(false),
  ...speedFields,
  dryRun: z.boolean().default(false),
});

export type ExportInput = z.infer<typeof exportInputSchema>;
