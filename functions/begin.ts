import { begin } from '../src/engine/steps/begin.js';
import { beginEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function beginHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, beginEvent, begin);
}
