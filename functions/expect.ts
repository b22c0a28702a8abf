import { expect } from '../src/engine/steps/expect.js';
import { stepEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function expectHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, stepEvent, expect);
}
