import { z } from 'zod';
import type { Fault } from '../errors.js';
import { inputFaults } from '../input-faults.js';
import type { Project } from '../project.js';
import { settingsSchema } from '../settings.js';
import { parseStoreUrl } from '../stores/store-url.js';
import { storeFaults } from './store-faults.js';
import { versionFaults } from './version-faults.js';

/** Names appear in inputs beside URLs: without a colon they cannot be taken for one. */
const storeName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;
const storeNameRule =
  'is no name for a store: give 1 to 100 letters, digits, "_", "-" and ".", a letter or digit first';

const declarationSchema = z.preprocess(
  (declaration) => (typeof declaration === 'string' ? { url: declaration } : declaration),
  z.strictObject({
    url: z.string(),
    role: z.enum(['source', 'target']).optional(),
    tables: z.array(z.string().min(1)).min(1).optional(),
    allowReplace: z.boolean().optional(),
    secretArn: z.string().optional(),
    iam: z.strictObject({ region: z.string(), resourceId: z.string() }).optional(),
    maxConnections: z.int().optional(),
  }),
);

const hookSchema = z.custom<object>((value) => typeof value === 'function', 'must be a function').optional();

const projectSchema = z.strictObject({
  stores: z.record(z.string(), declarationSchema),
  ledger: z.string().optional(),
  settings: settingsSchema.partial().optional(),
  database: z.string().optional(),
  migrations: z.string().optional(),
  gaps: z.array(z.int().positive()).optional(),
  newDatabase: z.enum(['migrate', 'stamp']).optional(),
  flags: z.record(z.string(), z.boolean()).optional(),
  freeze: hookSchema,
  thaw: hookSchema,
});

/** A project as a configuration gives it, or all that is wrong with it, each fault naming its field (`stores.old.url`). */
export function parseProject(value: unknown): { project: Project } | { faults: Fault[] } {
  const parsed = projectSchema.safeParse(value);
  const faults = [
    ...(parsed.success ? [] : inputFaults(parsed.error, 'configuration')),
    ...namedStores(value).flatMap(([name, declaration]) => declarationFaults(name, declaration)),
    ...ledgerFaults(value),
    ...(isRecord(value) ? versionFaults(value) : []),
  ];
  return faults.length > 0 ? { faults } : { project: value as Project };
}

/** The stores of what may be no project at all: their URLs are looked at even when something else is wrong. */
function namedStores(value: unknown): [string, unknown][] {
  const stores = isRecord(value) ? value['stores'] : undefined;
  return isRecord(stores) ? Object.entries(stores) : [];
}

function declarationFaults(name: string, declaration: unknown): Fault[] {
  const field = `stores.${name}`;
  const named = storeName.test(name) ? [] : [{ field, message: storeNameRule }];
  const url = isRecord(declaration) ? declaration['url'] : declaration;
  if (typeof url !== 'string') return named;
  const parsed = parseStoreUrl(url, isRecord(declaration) ? `${field}.url` : field);
  if ('faults' in parsed) return [...named, ...parsed.faults];
  return [...named, ...(isRecord(declaration) ? storeFaults(field, declaration, parsed.url) : [])];
}

function ledgerFaults(value: unknown): Fault[] {
  const ledger = isRecord(value) ? value['ledger'] : undefined;
  if (typeof ledger !== 'string') return [];
  const parsed = parseStoreUrl(ledger, 'ledger');
  if ('faults' in parsed) return [...parsed.faults];
  if (parsed.url.kind === 'dynamodb' || parsed.url.kind === 'embedded-dynamodb') return [];
  const message = 'is no DynamoDB store: give dynamodb://REGION[/PREFIX] or dynamodb://embedded?path=DIR';
  return [{ field: 'ledger', message }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
