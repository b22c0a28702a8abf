import { storeConformance } from '../../support/store-conformance.js';
import { startTestArchive } from './test-archive.js';

for (const kind of ['disk', 's3'] as const) {
  storeConformance({
    name: `archive on ${kind}`,
    open: async () => {
      const archive = await startTestArchive(kind);
      const store = archive.open();
      return { store, reopen: () => Promise.resolve(archive.open()), close: () => archive.stop() };
    },
  });
}
