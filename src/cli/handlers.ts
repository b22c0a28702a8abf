import { abortHandler } from '../../functions/abort.js';
import { beginHandler } from '../../functions/begin.js';
import { cleanupHandler } from '../../functions/cleanup.js';
import { completeHandler } from '../../functions/complete.js';
import { expectHandler } from '../../functions/expect.js';
import { judgeHandler } from '../../functions/judge.js';
import { locateHandler } from '../../functions/locate.js';
import { migrateHandler } from '../../functions/migrate.js';
import { setupHandler } from '../../functions/setup.js';
import type { StepHandler } from '../../functions/step-handler.js';
import { validateHandler } from '../../functions/validate.js';
import type { Dependencies } from '../engine/dependencies.js';

/** The functions by the names of the states that call them, for the local runtime: the same that are deployed. */
export function localHandlers(deps: Dependencies): Record<string, StepHandler> {
  const runtime = { dependencies: () => Promise.resolve(deps), middlewares: [] };
  const abort = abortHandler(runtime);
  return {
    Begin: beginHandler(runtime),
    Setup: setupHandler(runtime),
    MigrateUnit: migrateHandler(runtime),
    MigrateUnitFailed: abort,
    Expect: expectHandler(runtime),
    ValidateUnit: validateHandler(runtime),
    ValidateUnitFailed: abort,
    Judge: judgeHandler(runtime),
    LocateUnit: locateHandler(runtime),
    LocateUnitFailed: abort,
    Complete: completeHandler(runtime),
    Cleanup: cleanupHandler(runtime),
    Abort: abort,
  };
}
