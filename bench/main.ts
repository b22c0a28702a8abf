import { commitBench } from './commit-bench.js';
import { copyBench } from './copy-bench.js';
import { figuresTable } from './figures.js';
import { scaleBench } from './scale-bench.js';

/** Prints ratios against a peer in the same run: absolute times of a noisy machine prove nothing. */
process.stderr.write('The copy beside a bare loop, DynamoDB to DynamoDB, 100,000 items, three rounds in turns:\n');
const copy = await copyBench(100_000, 3);
process.stderr.write(
  'Fifty committers on one branch in memory, 10,000 commits, beside a bare loop, three rounds in turns:\n',
);
const commits = await commitBench(10_000, 3);
process.stderr.write('A whole copy in a process of its own, PostgreSQL to DynamoDB, validated:\n');
const scale = await scaleBench([100_000, 500_000, 1_000_000]);
process.stdout.write(`${figuresTable([...copy, ...commits, ...scale])}\n`);
process.exit(0);
