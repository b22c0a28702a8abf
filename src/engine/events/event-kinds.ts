import { cleanupNeeded } from './cleanup-needed.js';
import type { EventDetail, EventKind } from './event.js';
import { runFailed } from './run-failed.js';
import { runStarted } from './run-started.js';
import { runSucceeded } from './run-succeeded.js';
import { stepFinished } from './step-finished.js';
import { validationFailed } from './validation-failed.js';

/** All that Carryover tells. */
export const eventKinds: readonly EventKind<EventDetail>[] = [
  runStarted,
  stepFinished,
  runSucceeded,
  runFailed,
  validationFailed,
  cleanupNeeded,
];
