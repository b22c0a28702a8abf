import { costParts } from './cost-parts.js';
import { withParts } from './markdown.js';
import { scaleParts } from './scale-parts.js';

/** The pages that estimates are written into, by their path: each takes the page as it is and gives it with new numbers. */
export const estimatePages: Readonly<Record<string, (page: string, definition: unknown) => string>> = {
  'docs/scale.md': (page, definition) => withParts(page, scaleParts(definition)),
  'docs/cost.md': (page, definition) => withParts(page, costParts(definition)),
};
