import { existsSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Carryover } from './carryover.js';

const defaultConfig = 'carryover.config.ts';
/** Shows what a stack looks like in a checkout that has no configuration yet. */
const exampleConfig = 'examples/orders/carryover.config.ts';

/** Synthesises the stack of the configuration that `-c config=PATH` names, under the name that `-c stack=NAME` gives. */
function synthesise(app: App): void {
  const name = contextOf(app, 'stack') ?? 'Carryover';
  const email = contextOf(app, 'alarmEmail');
  const stack = new Stack(app, name, { description: 'Carryover: carries data between stores' });
  new Carryover(stack, 'Carryover', {
    project: contextOf(app, 'config') ?? configOfFolder(),
    name,
    ...(email === undefined ? {} : { onFailure: { email } }),
  });
  app.synth();
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
  synthesise(new App());
} catch (error) {
  // Faults of the configuration are the user's: they need no stack of ours.
  if (!(error instanceof Error) || error.name !== 'InputError') throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
