import { savedForecast } from '../engine/runs/forecast-documents.js';
import type { Forecast } from '../migrations/forecast.js';
import type { AdHocCommand, AdHocOptions } from './ad-hoc-command.js';
import { stackRequest, type RequestInput } from './ad-hoc-request.js';
import { allowedInput } from './allowed-input.js';
import { printForecast, printReport } from './print-report.js';
import { inStack } from './stack-session.js';

/** A command with `--stack NAME`: starts the execution that the console would start, follows it, and reports it. */
export async function runInStack<Options extends AdHocOptions>(
  command: AdHocCommand<Options>,
  options: Options,
  stack: string,
): Promise<number> {
  const { input, region } = stackRequest(command, options);
  return await inStack(stack, region, async (session) => {
    // The forecast is the stack's: it sees the stores, this machine may not.
    const forecast = async (of: RequestInput): Promise<Forecast> => {
      const execution = await session.execute({ [command.name]: { ...of, dryRun: true } });
      return await execution.forecast(savedForecast);
    };
    if (options.dryRun) return printForecast(await forecast(input), options);
    const allowed = await allowedInput(command.droppingOf(options), { input, target: input.to, forecast }, options);
    const execution = await session.execute({ [command.name]: allowed });
    return printReport(await execution.status(), options);
  });
}
