import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Token } from 'aws-cdk-lib';
import { z } from 'zod';
import type { Fault } from '../../src/errors.js';
import { inputFaults } from '../../src/input-faults.js';

/** What may be asked for, each with the schema of an input that asks for it. */
type Branches = ReadonlyMap<string, z.ZodType>;
let branches: Branches | undefined;

/**
 * What Begin would refuse in an input that executions are to be started with, each fault with its field behind `field`. Known before
 * anything is deployed: from the JSON Schema that is made of what Begin parses with.
 */
export function executionInputFaults(field: string, input: object): Fault[] {
  branches ??= readBranches();
  const known = [...branches.keys()];
  const asked = Object.keys(input).filter((name) => known.includes(name));
  const [only] = asked;
  if (only === undefined || asked.length > 1)
    return [{ field, message: `asks for ${asked.join(' and ') || 'nothing'}: give one of ${known.join(', ')}` }];
  // What CloudFormation fills in later cannot be looked at.
  if (isOpen(input)) return [];
  const { error } = branches.get(only)?.safeParse(input) ?? {};
  if (error === undefined) return [];
  return inputFaults(error, '').map((fault) => ({ ...fault, field: [field, fault.field].filter(Boolean).join('.') }));
}

function isOpen(value: unknown): boolean {
  return (
    Token.isUnresolved(value) || (typeof value === 'object' && value !== null && Object.values(value).some(isOpen))
  );
}

interface PublishedSchema {
  readonly oneOf: readonly { readonly required: readonly string[] }[];
}

function readBranches(): Branches {
  const { oneOf } = JSON.parse(readFileSync(schemaFile(), 'utf8')) as PublishedSchema;
  return new Map(oneOf.map((branch) => [branch.required[0] ?? '', z.fromJSONSchema(branch as never)]));
}

/** It lies in the package's `docs`: beside this folder, or beside the folder of what is built. */
function schemaFile(): string {
  const beside = fileURLToPath(new URL('../../docs/execution-input.schema.json', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../../docs/execution-input.schema.json', import.meta.url));
}
