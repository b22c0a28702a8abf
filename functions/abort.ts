import { abort, abortUnit } from '../src/engine/steps/abort.js';
import { endExecution } from '../src/engine/steps/end-execution.js';
import { abortEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function abortHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, abortEvent, (event, deps) => {
    if ('execution' in event) return abort(event, deps);
    if ('run' in event) return abortUnit(event, deps);
    const { executionArn: execution, status, redriveCount, error, cause } = event.detail;
    return endExecution({ execution, status, redrives: redriveCount ?? 0, error, cause }, deps);
  });
}
