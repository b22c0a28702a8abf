import { startEmbeddedPostgres } from '../../src/local/embedded-postgres.js';

/**
 * A process that opens a server's folder, says its URL and lives until it is told to stop or is killed. Started by
 * embedded-postgres-rig.ts with the options as JSON; `uid` makes it an ordinary user first.
 */
const { uid, ...options } = JSON.parse(process.argv[2] ?? '{}') as { path: string; uid?: number; temporary?: boolean };
if (uid !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(uid);
  process.setuid?.(uid);
}
const server = await startEmbeddedPostgres({ fsync: false, ...options });
process.stdout.write(`${server.url}\n`);
process.stdin.once('data', () => {
  void server.stop().then(() => process.exit(0));
});
