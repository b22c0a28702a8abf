import { validate } from '../src/engine/steps/validate.js';
import { unitEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function validateHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, unitEvent, validate);
}
