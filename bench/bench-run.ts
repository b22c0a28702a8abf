import { hostname } from 'node:os';
import type { RunStatus } from '../src/engine/status/run-status.js';
import { runLocally } from '../src/cli/run-locally.js';
import type { Json } from '../src/json.js';
import { openLocalRuntime } from '../src/local/local-runtime.js';

const silent = { show: () => undefined, stop: () => undefined };

/** One run of a copy between two stores given by URL, as the command line makes it. Throws when it does not end well. */
export async function benchCopy(
  stores: { from: string; to: string },
  ledger: string,
  copy: Record<string, unknown>,
): Promise<RunStatus> {
  const project = { stores, ledger };
  const runtime = await openLocalRuntime({ project, who: 'bench', where: hostname() });
  try {
    const status = await runLocally(
      runtime.dependencies,
      { copy: { from: 'from', to: 'to', ...copy } } as Json,
      silent,
    );
    if (status.run.exitCode !== 0) throw new Error(status.run.error?.message ?? 'the run did not end well');
    return status;
  } finally {
    await runtime.close();
  }
}
