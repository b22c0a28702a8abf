import { InputError, type Fault } from '../errors.js';
import { parseExecutionInput } from '../engine/runs/execution-input.js';

/** Fields of an execution's input that have no option of their own name. */
const optionOf: Readonly<Record<string, string>> = {
  replace: '--on-existing replace',
  version: '--migration',
};

/** A text that names fields of an execution's input, with options in their place: `copy.schemaOnly[1]` is `--schema-only`. */
export function withOptionFields(text: string): string {
  return text.replaceAll(
    /\b(?:copy|export|import|up)\.([a-zA-Z]+)(\[\d+\])*/g,
    (_, name: string) => optionOf[name] ?? `--${kebab(name)}`,
  );
}

/** What contradicts what in an execution's input whose options are good one by one. */
export function contradictions(input: Readonly<Record<string, unknown>>): Fault[] {
  try {
    parseExecutionInput(input);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return asOptions(error.faults);
  }
}

/** Faults of an execution's input, as a command's user knows them. */
export function asOptions(faults: readonly Fault[]): Fault[] {
  return faults.map(({ field, message }) => ({ field: withOptionFields(field), message: withOptionFields(message) }));
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
