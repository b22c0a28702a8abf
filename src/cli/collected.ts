import { InputError, type Fault } from '../errors.js';

/** What `work` gives; undefined where it throws InputError, whose faults are added to the others. */
export async function collected<T>(faults: Fault[], work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}
