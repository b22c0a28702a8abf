import { testChangedTarget } from './changed-target-cases.js';
import { postgresTarget } from './restorable-target.js';

testChangedTarget('PostgreSQL', postgresTarget, [{ runs: 1, early: 0 }]);
