import { userInfo } from 'node:os';
import { environment } from '../environment.js';

/** Who runs the command, for the lease and the ledger. */
export function userName(): string {
  try {
    return environment.user() ?? userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in many containers.
    return 'unknown';
  }
}
