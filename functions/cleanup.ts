import { cleanup } from '../src/engine/steps/cleanup.js';
import { stepEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function cleanupHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, stepEvent, cleanup);
}
