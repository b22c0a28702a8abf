import type { Task } from './task.js';

/** What the tasks of an export and of an import of packages have alike. */
export const packageTask: Pick<Task, 'steps' | 'resumesComplete' | 'leavesNothing' | 'validates'> = {
  steps: ['setup', 'migrate', 'validate'],
  // The same input finds what is there already, and would be refused.
  resumesComplete: true,
  leavesNothing: false,
  validates: '',
};
