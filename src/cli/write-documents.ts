import { writeFile } from 'node:fs/promises';
import { executionInputJsonSchema } from '../engine/runs/execution-input-schema.js';
import { helpPage } from './help-page.js';

/** `npm run docs`: writes what is made of the code into the documents of the folder that it is run in. */
await writeFile('docs/cli.md', helpPage());
await writeFile('docs/execution-input.schema.json', `${JSON.stringify(executionInputJsonSchema(), undefined, 2)}\n`);
