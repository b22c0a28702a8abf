import { savedChainForecast } from '../engine/tasks/forecast-chain.js';
import { InputError } from '../errors.js';
import { inStack, type StackSession } from './stack-session.js';
import { stackRegion } from './stack-region.js';
import { confirmFresh, printPlan, printUp } from './up-print.js';
import { upInputOf, type UpOptions } from './up-options.js';

/** `carryover up --stack NAME`: starts the execution that the console would start, follows it, and reports it. */
export async function upInStack(options: UpOptions, stack: string): Promise<number> {
  const { input, faults } = upInputOf(options);
  const { region, faults: stackFaults } = stackRegion(options);
  const all = [...stackFaults, ...faults];
  if (all.length > 0) throw new InputError(all);
  const database = `the database of ${stack}`;
  return await inStack(stack, region, async (session) => {
    if (options.dryRun) return printPlan(await remoteForecast(session, input), database, options);
    if (options.fresh && !options.yes) await confirmFresh(await remoteForecast(session, input), database);
    const execution = await session.execute({ up: input });
    const { ledger } = session;
    const status = await execution.status();
    return await printUp({ status, ledger, input, database, readable: undefined }, options);
  });
}

/** The forecast is the stack's: it sees the stores, this machine may not. */
async function remoteForecast(session: StackSession, input: Readonly<Record<string, unknown>>) {
  const execution = await session.execute({ up: { ...input, dryRun: true } });
  return await execution.forecast(savedChainForecast);
}
