/** What `carryover/cdk` gives to an app of your own: see docs/deploy.md. */
export { loadProject } from '../src/project/load-project.js';
export { bundleFunctions } from './bundle-functions.js';
export { CarryoverStack, type CarryoverStackProps } from './carryover-stack.js';
export type { Network } from './carryover-function.js';
