export { bytes, collect } from '../../src/kv/conformance/bytes.js';
