import { complete } from '../src/engine/steps/complete.js';
import { stepEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function completeHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, stepEvent, complete);
}
