import { InputError, type Fault } from '../errors.js';
import type { Project } from '../project.js';
import { sameStoreFaults } from '../engine/tasks/same-store.js';
import { looksLikeUrl } from '../stores/store-url.js';
import { absentFaults, commandProject, missing } from './command-project.js';
import { copyInputOf, type CopyOptions } from './copy-options.js';
import { asOptions, contradictions } from './option-fields.js';
import { stackRegion } from './stack-region.js';

/** The input of an execution's copy; `from` and `to` are names. */
export type CopyRequestInput = Record<string, unknown> & { readonly from: string; readonly to: string };

/** A copy in this process: its input, and the project that its names come from. Throws InputError with all faults together. */
export async function localRequest(options: CopyOptions): Promise<{ input: CopyRequestInput; project: Project }> {
  const { input: given, faults } = copyInputOf(options);
  const { project, from, to, faults: projectFaults } = await commandProject(options);
  const input = { ...given, from, to };
  const contradicting = faults.length === 0 ? contradictions({ copy: input }) : [];
  const all = [...projectFaults, ...faults, ...contradicting];
  if (all.length === 0)
    all.push(...asOptions(sameStoreFaults(project, input)), ...(await absentFaults(project, input)));
  if (all.length > 0) throw new InputError(all);
  return { input, project };
}

/** A copy in a deployed stack: its input, and the stack's region. Throws InputError with all faults together. */
export function stackRequest(options: CopyOptions): { input: CopyRequestInput; region: string } {
  const { input: given, faults } = copyInputOf(options);
  const { from = 'from', to = 'to' } = options;
  const input = { ...given, from, to };
  const { region, faults: stackFaults } = stackRegion(options);
  const all = [
    ...(['from', 'to'] as const).flatMap((field) => nameFaults(field, options[field])),
    ...stackFaults,
    ...faults,
    ...(faults.length === 0 ? contradictions({ copy: input }) : []),
  ];
  if (all.length > 0) throw new InputError(all);
  return { input, region };
}

function nameFaults(field: 'from' | 'to', text: string | undefined): Fault[] {
  if (text === undefined) return [missing(field)];
  const message = 'is a URL, and a deployed stack has rights on declared stores alone: give the name of one';
  return looksLikeUrl(text) ? [{ field: `--${field}`, message }] : [];
}
