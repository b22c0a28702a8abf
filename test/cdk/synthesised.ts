import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Carryover } from '../../cdk/carryover.js';
import type { CarryoverProps } from '../../cdk/carryover-props.js';
import { functionNames } from '../../cdk/functions/function-names.js';
import type { ProjectBundle } from '../../cdk/bundle/project-bundle.js';
import type { Project } from '../../src/project.js';
import { deployedStores } from '../../src/project/deployed-stores.js';
import { withDefaults } from '../../src/settings.js';

/** What is deployed for a project, and what `build` adds, with functions that do nothing: what they do is no matter of the template. */
export function synthesised(
  project: Project,
  props: Partial<CarryoverProps> | ((stack: Stack) => Partial<CarryoverProps>) = {},
  build?: (carryover: Carryover, stack: Stack) => void,
): { stack: Stack; carryover: Carryover; template: Template } {
  const folder = mkdtempSync(join(tmpdir(), 'test-functions-'));
  try {
    for (const name of functionNames) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'index.mjs'), `export const handler = () => '${name}';`);
    }
    const outdir = join(folder, 'cdk.out');
    const stack = new Stack(new App({ outdir }), 'Test');
    const bundle: ProjectBundle = {
      functions: folder,
      deployable: deployedStores(project),
      concurrency: withDefaults(project.settings).concurrency,
    };
    const given = typeof props === 'function' ? props(stack) : props;
    const carryover = new Carryover(stack, 'Carryover', { project: bundle, name: 'Test', ...given });
    build?.(carryover, stack);
    return { stack, carryover, template: Template.fromStack(stack) };
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

/** All statements of the policies of a role, by what its logical id begins with after the construct's own. */
export function statementsOf(template: Template, prefix: string): Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(`Carryover${prefix}`))
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
