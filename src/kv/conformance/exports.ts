/** What `carryover/kv/conformance` gives to those who write a driver: see docs/kv/writing-a-driver.md. */
export { keyValueConformance, type TestFrame } from './conformance.js';
export type { OpenDriver, Runs } from './world.js';
