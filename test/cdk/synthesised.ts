import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CarryoverStack, type CarryoverStackProps } from '../../cdk/carryover-stack.js';
import { functionNames } from '../../cdk/function-names.js';
import type { Project } from '../../src/project.js';

/** The stack of a project, with functions that do nothing: what they do is no matter of the template. */
export function synthesised(
  project: Project,
  props: Partial<CarryoverStackProps> = {},
): { stack: CarryoverStack; template: Template } {
  const folder = mkdtempSync(join(tmpdir(), 'test-functions-'));
  try {
    for (const name of functionNames) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'index.mjs'), `export const handler = () => '${name}';`);
    }
    const outdir = join(folder, 'cdk.out');
    const stack = new CarryoverStack(new App({ outdir }), 'Test', { project, functions: folder, ...props });
    return { stack, template: Template.fromStack(stack) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** All statements of the policies of a role, by the logical id that begins with `prefix`. */
export function statementsOf(template: Template, prefix: string): Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(prefix))
    .flatMap(([, policy]) => (policy['Properties'] as Properties).PolicyDocument.Statement);
}

interface Properties {
  readonly PolicyDocument: { readonly Statement: Statement[] };
}

/** A value of a template as text: joined, references as `${name}`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join_, Ref, 'Fn::GetAtt': attribute } = value as Partial<Record<string, unknown>>;
  if (Array.isArray(join_)) return (join_ as [string, unknown[]])[1].map(textOf).join((join_ as [string])[0]);
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  return `\${${String(Ref)}}`;
}

/** `action on resource` for each pair of a statement, sorted. */
export function rightsOf(statements: readonly Statement[]): string[] {
  return statements
    .flatMap(({ Action, Resource }) => {
      const resources = Array.isArray(Resource) ? (Resource as unknown[]) : [Resource];
      return [Action].flat().flatMap((action) => resources.map((resource) => `${action} on ${textOf(resource)}`));
    })
    .sort();
}
