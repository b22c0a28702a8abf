/** A variable of the environment that the stack sets. Throws TypeError where it did not. */
export function setByStack(name: string, value: string | undefined): string {
  if (value === undefined || value === '')
    throw new TypeError(`${name} is not set: the stack sets it for this function`);
  return value;
}
