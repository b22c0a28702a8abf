import { abort, abortUnit } from '../src/engine/steps/abort.js';
import { abortEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function abortHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, abortEvent, (event, deps) =>
    'execution' in event ? abort(event, deps) : abortUnit(event, deps),
  );
}
