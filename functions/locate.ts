import { locate } from '../src/engine/steps/locate.js';
import { unitEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function locateHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, unitEvent, locate);
}
