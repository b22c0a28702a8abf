import { exitCodes } from '../engine/status/exit-codes.js';
import { InputError } from '../errors.js';
import type { CleanupOptions } from './cleanup-command.js';
import { errorText } from './error-text.js';
import { stackRegion } from './stack-region.js';
import { inStack } from './stack-session.js';

/**
 * `carryover cleanup --stack NAME`: starts the execution that the console would start, follows it, and says how it ended. What it drops, and
 * may drop, is known to the stack alone, so that nobody can be asked here.
 */
export async function cleanupInStack(options: CleanupOptions, stack: string): Promise<number> {
  const { region, faults } = stackRegion(options);
  const all = [...faults, ...(options.yes === true ? [] : [unasked])];
  if (all.length > 0) throw new InputError(all);
  return await inStack(stack, region, async ({ execute }) => {
    const { run } = await (await execute({ cleanup: {} })).status();
    const { run: id, status, exitCode = exitCodes.failed, error } = run;
    const report = { run: id, status, exitCode, ...(error === undefined ? {} : { error }) };
    process.stdout.write(`${options.json ? JSON.stringify(report) : `run ${id} of ${stack}: ${status}`}\n`);
    if (error !== undefined) process.stderr.write(`${errorText(error, { tables: [] })}\n`);
    return exitCode;
  });
}

const unasked = {
  field: '--yes',
  message:
    'is missing: a stack drops what is due without asking; "carryover version" lists it where the database is reached',
};
