import { ItemRefusedError } from '../../errors.js';
import type { Item } from '../item.js';
import { lineValues } from './copy-lines.js';
import type { Layout } from './layout.js';
import { isServerError } from './postgres-errors.js';
import { UnfitValueError } from './values/unfit-value-error.js';

/** Data exceptions, violated constraints, program limits (a key too long for an index), errors that triggers raise. */
const refusals = /^(22|23|44|54|P0)/;
const longestDetail = 300;

/** An item that its columns cannot hold, named by its key; any other error unchanged. */
export function refusedItem(error: unknown, layout: Layout, item: Item): unknown {
  if (!(error instanceof UnfitValueError)) return error;
  const key = layout.metadata.key.map((name) => [name, Object.hasOwn(item, name) ? item[name] : undefined]);
  const message = `table "${layout.table}", key ${keyText(key)}: ${error.message}`;
  return new ItemRefusedError(message, { cause: error });
}

/** A row that the server refused, named by its key where the server names its line; any other error unchanged. */
export function refusedRow(error: unknown, layout: Layout, lines: readonly string[]): unknown {
  if (!isServerError(error) || !refusals.test(error.code)) return error;
  const number = /line (\d+)/.exec(error.where ?? '')?.[1];
  const line = number === undefined ? undefined : lines[Number(number) - 1];
  const column = /, column (.*?)(: |$)/s.exec(error.where ?? '')?.[1] ?? error.column;
  const where = [
    `table "${layout.table}"`,
    ...(line === undefined ? [] : [`key ${lineKey(layout, line)}`]),
    ...(column === undefined ? [] : [`column "${column}"`]),
  ];
  const detail = error.detail === undefined ? '' : ` (${error.detail.slice(0, longestDetail)})`;
  return new ItemRefusedError(`${where.join(', ')}: ${error.message}${detail}`, { cause: error });
}

function lineKey(layout: Layout, line: string): string {
  const values = lineValues(line);
  return keyText(layout.metadata.key.map((name) => [name, values[layout.form.written.indexOf(name)]]));
}

function keyText(key: readonly (readonly unknown[])[]): string {
  const text = key.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`).join(', ');
  return `{${text.length <= longestDetail ? text : `${text.slice(0, longestDetail)}…`}}`;
}
