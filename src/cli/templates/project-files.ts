/** A new project, as `carryover init` writes it: paths in its folder, and texts. It runs as it is. */
export function projectFiles(name: string, version: string): Record<string, string> {
  return {
    'package.json': manifest(name, version),
    'carryover.config.ts': configuration(name),
    'migrations/0001_languages.ts': firstMigration,
    'test/languages.test.ts': firstTest,
    'README.md': readme(name),
    '.gitignore': 'node_modules/\n.carryover/\ncdk.out/\n',
  };
}

function manifest(name: string, version: string): string {
  const content = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    // The first with which Node runs TypeScript as it is, which the tests are.
    engines: { node: '>=22.18' },
    scripts: { test: 'node --test', up: 'carryover up' },
    dependencies: { carryover: `^${version}` },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const configuration = (name: string): string => `import { defineProject } from 'carryover';

/**
 * What Carryover knows of this project. It works as it is, on an engine that keeps its data under .carryover/. For your own
 * database give its URL, like dynamodb://eu-west-1/${name}- or postgres://me@db.example.com/shop?schema=public
 */
export default defineProject({
  stores: {
    main: 'dynamodb://embedded?path=.carryover/main',
  },
  // The store whose data the migrations change: its version, lock and history live in it.
  database: 'main',
  migrations: 'migrations',
  // Limits: how many units are worked on at a time, and how long the lock outlives its holder.
  settings: { concurrency: 8, leaseMs: 30_000 },
  // What a migration may ask for with "when": the chain stops before it while the flag is off.
  flags: { languages: true },
});
`;

const firstMigration = `import { forEachPartition } from 'carryover';
import type { KeyValueStore } from 'carryover/kv';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Gives a tenant a language, unless it has one: it may be called again for what it has done already. */
export async function giveLanguage(settings: KeyValueStore, tenant: string): Promise<void> {
  if ((await settings.get(bytes(tenant), bytes('language'))) !== undefined) return;
  await settings.set(bytes(tenant), bytes('language'), bytes('en'));
}

/** An example to replace by a first migration of your own, before a database has seen it. */
export default forEachPartition({
  partitions: () => ['acme', 'globex'],
  migrate: async (tenant, context) => giveLanguage(await context.openKeyValueStore('main', 'settings'), tenant),
  when: 'languages',
});
`;

const firstTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKeyValueStore } from 'carryover/kv';
import project from '../carryover.config.ts';
import migration, { giveLanguage } from '../migrations/0001_languages.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('the configuration declares what the migrations use', () => {
  assert.ok(project.database !== undefined && project.database in project.stores);
  for (const store of migration.stores ?? []) assert.ok(store in project.stores);
  assert.ok(migration.when === undefined || migration.when in (project.flags ?? {}));
});

test('a tenant gets a language once, and keeps the one that it has', async () => {
  const settings = await openKeyValueStore('memory:');
  const languageOf = async (tenant: string) => {
    const entry = await settings.get(bytes(tenant), bytes('language'));
    return new TextDecoder().decode(entry?.value);
  };
  await settings.set(bytes('globex'), bytes('language'), bytes('fr'));
  for (const tenant of ['acme', 'globex', 'acme']) await giveLanguage(settings, tenant);
  assert.deepEqual([await languageOf('acme'), await languageOf('globex')], ['en', 'fr']);
  await settings.close();
});
`;

const readme = (name: string): string => `# ${name}

Brings the data of a service from the version that it has to the version that the code expects, with Carryover.

\`\`\`sh
npm install
npx carryover up --dry-run   # what would run; touches nothing
npx carryover up             # runs what is pending, one migration after the other
npx carryover version        # the version of the database and of each partition
npx carryover history        # what ran, when, and who ran it
npm test                     # Node 22.18 or newer
\`\`\`

| file | what it is |
| --- | --- |
| \`carryover.config.ts\` | the stores, which of them is the database, limits and flags |
| \`migrations/0001_languages.ts\` | the first migration, an example to replace |
| \`test/\` | tests of migrations, run by Node itself |

The next migration:

\`\`\`sh
npx carryover new split_name --kind for-each-partition
\`\`\`

Migrations run in the order of their numbers, each once. A file that was applied is not changed any more: what is to be
mended goes into a new one.

## Run it on AWS

There, migrations run on databases of AWS alone: give \`main\` the URL of one. What is deployed says \`deploy.ts\`:

\`\`\`ts
import { App, Stack } from 'aws-cdk-lib';
import { Carryover } from 'carryover/cdk';

const stack = new Stack(new App(), '${stackName(name)}');
new Carryover(stack, 'Migrations', { project: '.' });
\`\`\`

\`\`\`sh
npm install aws-cdk-lib constructs
npm install --save-dev aws-cdk@2
npx cdk deploy --app "node deploy.ts"   # after \`npx cdk bootstrap\`, once an account and region
npx carryover up --stack ${stackName(name)}-Migrations
\`\`\`
`;

/** With what the deployment adds it stays within 80 characters, and it begins with a letter, as CloudFormation has it. */
function stackName(name: string): string {
  const words = name.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 50);
  return (/^[a-z]/.test(words) ? words : `service-${words}`).replace(/-$/, '');
}
