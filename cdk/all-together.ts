import { InputError, type Fault } from '../src/errors.js';

/**
 * What each of these gives, once none of them throws InputError: else one InputError with the faults of all. It has no
 * stack, since it is the app of the user that was told something wrong.
 */
export function allTogether<Checks extends Readonly<Record<string, () => unknown>>>(
  checks: Checks,
): { [Name in keyof Checks]: ReturnType<Checks[Name]> } {
  const faults: Fault[] = [];
  const results = Object.entries(checks).map(([name, check]) => {
    try {
      return [name, check()] as const;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(...error.faults);
      return [name, undefined] as const;
    }
  });
  if (faults.length === 0) return Object.fromEntries(results) as ReturnType<typeof allTogether<Checks>>;
  const error = new InputError(faults);
  error.stack = `${error.name}: ${error.message}`;
  // The message has them all; Node would print them once more.
  Object.defineProperty(error, 'faults', { enumerable: false });
  throw error;
}
