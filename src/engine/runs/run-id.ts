import { createHash } from 'node:crypto';

/** The run of an execution, for people and the ledger: the last part of its ARN, or the whole identifier where it is none. */
export function runIdOf(execution: string): string {
  return execution.slice(execution.lastIndexOf(':') + 1);
}

/** Hexadecimal digits of the hash: 48 bits, against names that are equal by chance or by habit. */
const hashDigits = 12;

/**
 * Who owns a target and its attempt: the execution, and no other of its name in another machine, account or region. The
 * same however often a Begin is repeated or the execution is redriven. What is no ARN is unique by itself.
 */
export function ownerOf(execution: string): string {
  const name = runIdOf(execution);
  if (name === execution) return name;
  return `${name}-${createHash('sha256').update(execution).digest('hex').slice(0, hashDigits)}`;
}
