import { z } from 'zod';
import { InputError, type Fault } from '../../errors.js';
import { inputFaults } from '../../input-faults.js';
import { withoutSecrets } from './recorded-input.js';
import { copyInputSchema, type CopyInput } from '../../migrations/copy/copy-input.js';

/** The input of an execution: what to do, and who asks for it. */
export const executionInputSchema = z.strictObject({
  copy: copyInputSchema,
  /** Who starts it, for the lease and the ledger. */
  startedBy: z.string().max(200).optional(),
});

export interface ExecutionInput {
  readonly copy: CopyInput;
  readonly startedBy?: string | undefined;
}

/** The input with its defaults. Throws InputError with all faults, each naming its field (`copy.tables[2]`). */
export function parseExecutionInput(input: unknown): ExecutionInput {
  const parsed = executionInputSchema.safeParse(input);
  if (!parsed.success) throw new InputError(inputFaults(parsed.error, 'input'));
  const faults = contradictions(parsed.data.copy);
  if (faults.length > 0) throw new InputError(faults);
  return parsed.data;
}

function contradictions(copy: CopyInput): Fault[] {
  const faults: Fault[] = [];
  if (copy.from === copy.to)
    faults.push({
      field: 'copy.to',
      message: `is the same store as copy.from ("${withoutSecrets(copy.from)}"): name another`,
    });
  if (copy.replace.length > 0 && copy.onExisting !== 'replace')
    faults.push({ field: 'copy.replace', message: 'lists tables to drop, but copy.onExisting is not "replace"' });
  if (copy.fresh && !copy.steps.includes('setup'))
    faults.push({
      field: 'copy.fresh',
      message: 'begins a new attempt, which needs the step "setup": add it to copy.steps',
    });
  return faults;
}
