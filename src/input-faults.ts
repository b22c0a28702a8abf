import type { z } from 'zod';
import type { Fault } from './errors.js';

/** What a schema finds wrong, each fault with its field (`copy.tables[2]`); `whole` names the input itself. */
export function inputFaults(error: z.ZodError, whole: string): Fault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ field: fieldOf(issue.path, whole), message: messageOf(issue) }];
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key], whole),
      message: 'is not known here: leave it out',
    }));
  });
}

function fieldOf(path: readonly PropertyKey[], whole: string): string {
  const field = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return field === '' ? whole : field.replace(/^\./, '');
}

function messageOf(issue: z.core.$ZodIssue): string {
  const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return isMissing ? `is missing: give ${issue.expected === 'object' ? 'an' : 'a'} ${issue.expected}` : issue.message;
}
