import { copyBench } from './copy-bench.js';
import { figuresTable } from './figures.js';
import { memoryBench } from './memory-bench.js';

/** Prints ratios against a peer in the same run: absolute times of a noisy machine prove nothing. */
process.stderr.write('The copy beside a bare loop, DynamoDB to DynamoDB, 100,000 items, three rounds in turns:\n');
const copy = await copyBench(100_000, 3);
process.stderr.write('Peak memory of a copy, PostgreSQL to an archive:\n');
const memory = await memoryBench(100_000, 1_000_000);
process.stdout.write(`${figuresTable([...copy, ...memory])}\n`);
process.exit(0);
