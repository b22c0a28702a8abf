import { z } from 'zod';
import type { RunRecord } from '../../ledger/ledger.js';

const copySchema = z.object({ copy: z.object({ from: z.string(), to: z.string() }) });
const exportSchema = z.object({ export: z.object({ to: z.string(), version: z.number().optional() }) });
const importSchema = z.object({ import: z.object({ from: z.string(), to: z.string() }) });
const upSchema = z.object({
  up: z.object({ to: z.number().optional(), partition: z.string().optional(), dryRun: z.boolean().optional() }),
});
const cleanupSchema = z.object({ cleanup: z.object({}) });

/** What a run was asked for, in one line for people; undefined for an input that is not what it must be. */
export function askedText({ input }: Pick<RunRecord, 'input'>): string | undefined {
  const copy = copySchema.safeParse(input).data?.copy;
  if (copy !== undefined) return `${copy.from} -> ${copy.to}`;
  const exported = exportSchema.safeParse(input).data?.export;
  if (exported !== undefined) return `export${ofVersion(exported.version)} -> ${exported.to}`;
  const imported = importSchema.safeParse(input).data?.import;
  if (imported !== undefined) return `import ${imported.from} -> ${imported.to}`;
  if (cleanupSchema.safeParse(input).success) return 'cleanup';
  const up = upSchema.safeParse(input).data?.up;
  if (up === undefined) return undefined;
  const { to, partition, dryRun } = up;
  const scope = [
    to === undefined ? '' : ` to version ${to}`,
    partition === undefined ? '' : ` of partition ${partition}`,
  ];
  return `up${scope.join('')}${dryRun ? ', dry run' : ''}`;
}

function ofVersion(version: number | undefined): string {
  return version === undefined ? '' : ` of version ${version}`;
}
