import { testChangedTarget } from './changed-target-cases.js';
import { dynamodbTarget } from './restorable-target.js';

// What lies in the state entry is the same in every engine: one of them will do for the longer way.
testChangedTarget('DynamoDB', dynamodbTarget, [
  { runs: 1, early: 0 },
  { runs: 2, early: 1 },
]);
