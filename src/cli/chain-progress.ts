import type { RunStatus } from '../engine/status/run-status.js';
import type { Progress } from './progress.js';
import { durationText } from './up-text.js';

/**
 * Progress of a run that may do several migrations: a line as each begins, one when it is applied, and what `open` makes in
 * between, anew for each, as the tables of two may have the same names.
 */
export function withChain(output: NodeJS.WritableStream, open: () => Progress): Progress {
  let inner = open();
  let title: string | undefined;
  let told = 0;
  const tellApplied = ({ chain }: RunStatus): void => {
    const applied = chain?.applied.slice(told) ?? [];
    if (applied.length === 0) return;
    inner.stop();
    for (const { name, items, durationSeconds } of applied)
      output.write(`${name}: applied, ${items.toLocaleString('en')} items, ${durationText(durationSeconds)}\n`);
    told += applied.length;
  };
  const isTold = ({ chain }: RunStatus, migration: string): boolean =>
    chain?.applied.slice(0, told).some(({ name }) => name === migration) ?? false;
  return {
    show(status) {
      if (status.title !== title) {
        tellApplied(status);
        inner.stop();
        inner = open();
        title = status.title;
        if (title !== undefined && !isTold(status, title)) output.write(`${title}\n`);
      }
      if (title === undefined || !isTold(status, title)) inner.show(status);
      tellApplied(status);
    },
    stop: () => inner.stop(),
  };
}
