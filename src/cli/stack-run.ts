import { savedForecast } from '../engine/runs/forecast-documents.js';
import { exitCodes } from '../engine/status/exit-codes.js';
import { confirmDrops, replacing } from './confirm.js';
import type { CopyOptions } from './copy-options.js';
import { stackRequest, type CopyRequestInput } from './copy-request.js';
import { planTable } from './plan-report.js';
import { printReport } from './print-report.js';
import { inStack, type StackSession } from './stack-session.js';

/** `carryover copy --stack NAME`: starts the execution that the console would start, follows it, and reports it. */
export async function copyInStack(options: CopyOptions, stack: string): Promise<number> {
  const { input, region } = stackRequest(options);
  return await inStack(stack, region, async (session) => {
    if (options.dryRun) {
      const forecast = await remoteForecast(session, input);
      process.stdout.write(`${options.json ? JSON.stringify(forecast) : planTable(forecast)}\n`);
      return exitCodes.done;
    }
    const replace = options.onExisting === 'replace' ? await allowedDrops(session, input, options) : [];
    const execution = await session.execute({ copy: { ...input, replace } });
    return printReport(await execution.status(), options);
  });
}

/** The forecast is the stack's: it sees the stores, this machine may not. */
async function remoteForecast(session: StackSession, input: CopyRequestInput) {
  const execution = await session.execute({ copy: { ...input, dryRun: true } });
  return await execution.forecast(savedForecast);
}

async function allowedDrops(session: StackSession, input: CopyRequestInput, options: CopyOptions): Promise<string[]> {
  const { tables } = await remoteForecast(session, input);
  const drops = tables.filter(({ target }) => target === 'existing').map(({ table }) => table);
  if (drops.length > 0 && !options.yes) await confirmDrops(drops, input.to, replacing);
  return drops;
}
