import { startEmbeddedDynamodb } from '../../src/local/embedded-dynamodb.js';

/**
 * A process that opens an engine's folder, says its endpoint and lives until it is told to stop or is killed; with a
 * second argument, until it has nothing more to do. Started by embedded-dynamodb.test.ts.
 */
const [path = '', leave] = process.argv.slice(2);
const engine = await startEmbeddedDynamodb({ path });
process.stdout.write(`${engine.endpoint}\n`);
if (leave === undefined)
  process.stdin.once('data', () => {
    void engine.stop().then(() => process.exit(0));
  });
