import { migrate } from '../src/engine/steps/migrate.js';
import { unitEvent } from './events.js';
import { stepHandler, type Runtime, type StepHandler } from './step-handler.js';

export function migrateHandler(runtime: Runtime): StepHandler {
  return stepHandler(runtime, unitEvent, migrate);
}
