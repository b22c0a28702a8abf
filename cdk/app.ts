import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { App } from 'aws-cdk-lib';
import { loadProject } from '../src/project/load-project.js';
import { bundleFunctions } from './bundle-functions.js';
import { CarryoverStack } from './carryover-stack.js';

const defaultConfig = 'carryover.config.ts';
/** Shows what a stack looks like in a checkout that has no configuration yet. */
const exampleConfig = 'examples/orders/carryover.config.ts';

/** Synthesises the stack of the configuration that `-c config=PATH` names, under the name that `-c stack=NAME` gives. */
async function synthesise(app: App): Promise<void> {
  const config = contextOf(app, 'config') ?? configOfFolder();
  const alarmEmail = contextOf(app, 'alarmEmail');
  const project = await loadProject(config);
  const functions = await bundleFunctions(config);
  try {
    new CarryoverStack(app, contextOf(app, 'stack') ?? 'Carryover', {
      project,
      functions,
      ...(alarmEmail === undefined ? {} : { alarmEmail }),
    });
    app.synth();
  } finally {
    await rm(functions, { recursive: true, force: true });
  }
}

function configOfFolder(): string {
  if (existsSync(defaultConfig) || !existsSync(exampleConfig)) return defaultConfig;
  process.stderr.write(`There is no ${defaultConfig} here: this is the stack of ${exampleConfig}, to look at.\n`);
  return exampleConfig;
}

function contextOf(app: App, name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

try {
  await synthesise(new App());
} catch (error) {
  // Faults of the configuration are the user's: they need no stack of ours.
  if (!(error instanceof Error) || error.name !== 'InputError') throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
