import { benchCopy } from './bench-run.js';

/** Makes one copy and prints the process's largest resident set, in KB. */
const [from = '', to = '', ledger = ''] = process.argv.slice(2);
await benchCopy({ from, to }, ledger, {});
process.stdout.write(String(process.resourceUsage().maxRSS));
process.exit(0);
