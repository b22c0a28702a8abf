import { keyValueConformance } from '../../../src/kv/conformance/exports.js';
import { mapDriver } from './map-driver.js';

keyValueConformance({ describe, test }, 'a map', async () => mapDriver(10));
