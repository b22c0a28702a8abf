import type { MigrationDefinition } from '../definition.js';
import { openRollover } from './rollover-migration.js';
import { assertRolloverOptions, type RolloverOptions } from './rollover-options.js';

export type { ExternalIndex, IndexContext } from './external-index.js';
export type { KeptTime, RolloverOptions } from './rollover-options.js';

/**
 * A migration that builds a table of the database anew beside the live one, validates it, and makes it the live one at once: see
 * docs/migrations/rollover.md. Throws InputError with all that is wrong with the options.
 */
export function rollover(options: RolloverOptions): MigrationDefinition {
  assertRolloverOptions(options);
  const { when, onRerun } = options;
  return {
    kind: 'rollover',
    ...(when === undefined ? {} : { when }),
    ...(onRerun === undefined ? {} : { onRerun }),
    open: (stage) => openRollover(stage, options),
  };
}
