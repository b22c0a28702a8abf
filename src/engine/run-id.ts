/** The run of an execution: the last part of its ARN, or the whole identifier where it is none. */
export function runIdOf(execution: string): string {
  return execution.slice(execution.lastIndexOf(':') + 1);
}
