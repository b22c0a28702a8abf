import project from './carryover.config.js';
import { digestOf } from './reads/compare-reads.js';
import { openKeyValueSelf, openSqlSelf } from './service.js';

/**
 * `node ask.js sql` or `node ask.js kv`: asks the self of the service that lives there for all that it knows. Both give the
 * same answers: the one before the migration, the other afterwards.
 */
const self = process.argv[2] ?? 'kv';
const declared = project.stores[self];
const url = typeof declared === 'string' ? declared : (declared?.url ?? '');
const open = self === 'sql' ? openSqlSelf : openKeyValueSelf;
const { reads, close } = await open(url);
try {
  const { answers, digest } = await digestOf(reads);
  process.stdout.write(`${answers.toLocaleString('en')} answers, SHA-256 ${digest}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await close();
}
