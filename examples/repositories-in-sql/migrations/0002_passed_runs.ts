import { sql } from 'carryover';

/** A run says itself whether it passed: it is over, and all of its hooks ended with 0. The last change that SQL sees. */
export default sql({
  statements: [
    'ALTER TABLE action_runs ADD COLUMN passed boolean NOT NULL DEFAULT false',
    `UPDATE action_runs SET passed = NOT EXISTS (
        SELECT FROM hook_runs WHERE run_id = action_runs.id AND exit_code <> 0
      ) WHERE ended IS NOT NULL`,
  ],
});
