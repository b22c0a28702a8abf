#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { exitCodes } from '../engine/exit-codes.js';
import { explain } from './exit-with.js';
import { createProgram } from './program.js';

const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

let exitCode: number = exitCodes.done;
try {
  await createProgram(version, (code) => (exitCode = code)).parseAsync();
} catch (error) {
  const explained = explain(error);
  if (explained.message !== '') process.stderr.write(`${explained.message}\n`);
  exitCode = explained.exitCode;
}
// Connections that an engine keeps open must not keep the command from ending.
process.exit(exitCode);
