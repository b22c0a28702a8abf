import { benchCopy } from './bench-run.js';

/** Makes one copy and prints the process's largest resident set, in KB. */
const [from = '', to = '', ledger = ''] = process.argv.slice(2);
// As many units at a time for any number of items: memory is bounded by them and the size of a page.
await benchCopy({ from, to }, ledger, { segments: 8, concurrency: 8 });
process.stdout.write(String(process.resourceUsage().maxRSS));
process.exit(0);
