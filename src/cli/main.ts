#!/usr/bin/env node

/** What the AWS SDK, the interpreter of the state machine and middy need. */
const leastNode = 22;
const badConfiguration = 2;
const failed = 3;

if (Number.parseInt(process.versions.node, 10) < leastNode) {
  const advice = `run it with npx or npm where "carryover" is installed beside the npm package "node", or install Node ${leastNode}`;
  process.stderr.write(
    `Carryover needs Node ${leastNode} or newer, and this is Node ${process.versions.node}: ${advice}.\n`,
  );
  process.exit(badConfiguration);
}

// Comes only when nothing is left to wait for: then a promise was lost on the way, and Node would end with a code of its own.
process.once('beforeExit', () => {
  process.stderr.write('Unexpected error, please report it: nothing is left to wait for, and there is no result.\n');
  process.exit(failed);
});

// Only now: what it loads does not work with an older Node.
const { runCommandLine } = await import('./command-line.js');
// Connections that an engine keeps open must not keep the command from ending.
process.exit(await runCommandLine(process.argv.slice(2)));
