export { ManualClock, runWith } from '../../src/kv/conformance/manual-clock.js';
