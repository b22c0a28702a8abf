/** What `carryover/cdk` gives to an app of your own: see docs/deploy.md. */
export { Carryover } from './carryover.js';
export type { CarryoverProps, FailureReceiver } from './carryover-props.js';
export { bundleProject } from './bundle/bundle-project.js';
export type { Limits } from './limits.js';
export type { EndpointName } from './migration-network.js';
export type { ProjectBundle } from './bundle/project-bundle.js';
export { Schedule, type StartTimes } from './starts/start-schedule.js';
export type { StartRules } from './starts/starts.js';
