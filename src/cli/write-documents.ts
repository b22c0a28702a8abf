import { readFile, writeFile } from 'node:fs/promises';
import { eventsJsonSchema } from '../engine/events/events-schema.js';
import { executionInputJsonSchema } from '../engine/runs/execution-input-schema.js';
import { estimatePages } from '../estimates/pages.js';
import { helpPage } from './help-page.js';

/** `npm run docs`: writes what is made of the code into the documents of the folder that it is run in. */
await writeFile('docs/cli.md', helpPage());
await writeFile('docs/events.schema.json', `${JSON.stringify(eventsJsonSchema(), undefined, 2)}\n`);
await writeFile('docs/execution-input.schema.json', `${JSON.stringify(executionInputJsonSchema(), undefined, 2)}\n`);
const definition = JSON.parse(await readFile('statemachines/migration.asl.json', 'utf8')) as unknown;
for (const [path, written] of Object.entries(estimatePages))
  await writeFile(path, written(await readFile(path, 'utf8'), definition));
