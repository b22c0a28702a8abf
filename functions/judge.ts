import { judge } from '../src/engine/steps/judge.js';
import { judgeEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function judgeHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, judgeEvent, judge);
}
