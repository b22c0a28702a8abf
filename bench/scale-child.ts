import { readFile } from 'node:fs/promises';
import { benchCopy } from './bench-run.js';

/**
 * Makes one copy and prints the process's largest resident set, in KB. Not by getrusage: its figure survives exec, so that a
 * child begins with the largest set of the process that started it.
 */
const [from = '', to = '', ledger = ''] = process.argv.slice(2);
// As many units at a time for any number of items: memory is bounded by them and the size of a page.
await benchCopy({ from, to }, ledger, { segments: 8, concurrency: 8 });
const status = await readFile('/proc/self/status', 'utf8');
process.stdout.write(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 'NaN');
process.exit(0);
