import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A stack that was synthesized into a folder: its template, and where the code of its functions lies. */
export interface SynthesizedStack {
  resources(type: string): Record<string, unknown>[];
  /** The folders with the code of the functions of a deployment, by their names: `begin`. */
  functions(): Promise<Record<string, string>>;
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>>;
}

interface Assets {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
}

interface FunctionProperties {
  readonly Code: { readonly S3Key: string };
  readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
}

export async function synthesizedStack(folder: string, name: string): Promise<SynthesizedStack> {
  const template = JSON.parse(await readFile(join(folder, `${name}.template.json`), 'utf8')) as Template;
  const assets = JSON.parse(await readFile(join(folder, `${name}.assets.json`), 'utf8')) as Assets;
  const resources = (type: string) =>
    Object.values(template.Resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => Properties);
  const codeOf = ({ S3Key }: FunctionProperties['Code']): string => {
    const asset = assets.files[S3Key.replace(/\.zip$/, '')];
    if (asset === undefined) throw new Error(`the stack ${name} has no asset ${S3Key}`);
    return join(folder, asset.source.path);
  };
  return {
    resources,
    async functions() {
      const all = resources('AWS::Lambda::Function') as unknown as FunctionProperties[];
      const named = all.map(
        ({ Code, Environment }) => [Environment?.Variables['POWERTOOLS_SERVICE_NAME'], Code] as const,
      );
      // Those without are CDK's own.
      const ours = named.filter(([service]) => service !== undefined);
      return Object.fromEntries(ours.map(([service, code]) => [String(service), codeOf(code)]));
    },
  };
}
