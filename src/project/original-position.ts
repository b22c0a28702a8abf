import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, relative, resolve } from 'node:path';

/**
 * Where in the sources of `config` an error was thrown that names the bundle `file` in its stack, as `file:line:column`;
 * the configuration alone where that cannot be told.
 */
export function originalPosition(error: unknown, file: string, map: string, config: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const [, line, column] = new RegExp(`${escaped(file)}:(\\d+)(?::(\\d+))?`).exec(stack) ?? [];
  if (line === undefined) return relative(process.cwd(), config);
  const entry = new SourceMap(JSON.parse(map) as SourceMapPayload).findEntry(Number(line) - 1, Number(column ?? 1) - 1);
  if (!('originalSource' in entry)) return relative(process.cwd(), config);
  const source = relative(process.cwd(), resolve(dirname(config), entry.originalSource));
  return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
