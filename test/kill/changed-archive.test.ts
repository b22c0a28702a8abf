import { testChangedTarget } from './changed-target-cases.js';
import { archiveTarget } from './restorable-target.js';

testChangedTarget('an archive', archiveTarget, [{ runs: 1, early: 0 }]);
