import { writeFile } from 'node:fs/promises';
import { helpPage } from './help-page.js';

/** `npm run docs`: writes the page into the documents of the folder that it is run in. */
await writeFile('docs/cli.md', helpPage());
