import { InputError } from '../../errors.js';
import type { RegisteredMigration, Registry } from '../../migrations/registry.js';
import type { PendingChain } from './pending-chain.js';

/**
 * The step that one partition alone can be brought to: the last of those that work partition by partition and are pending one
 * after the other, or the newest that the database has seen. Undefined where no step works so. Throws InputError while a
 * migration of another kind is the next one: what it does to the whole database must come first.
 */
export function partitionStep(
  registry: Registry,
  version: number,
  { migrations }: PendingChain,
): RegisteredMigration | undefined {
  const [next] = migrations;
  if (next !== undefined && next.definition.partitioned === undefined) {
    const message = `cannot be given while ${next.file} is pending, which is of kind ${next.definition.kind}: run "up" without it first`;
    throw new InputError([{ field: 'up.partition', message }]);
  }
  const other = migrations.findIndex(({ definition }) => definition.partitioned === undefined);
  const pending = migrations.slice(0, other === -1 ? undefined : other);
  const seen = registry.migrations.filter(
    (migration) => migration.version <= version && migration.definition.partitioned !== undefined,
  );
  return [...seen, ...pending].at(-1);
}
