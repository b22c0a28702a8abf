import { setup } from '../src/engine/steps/setup.js';
import { stepEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function setupHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, stepEvent, setup);
}
