import type { PublishedVersion } from './aws/published-versions.js';

/**
 * How long an execution that has ended may be redriven is fourteen days, and it goes on with the definition that it began with;
 * one day more, since the last of them is not said to the hour. Versions are kept for as long after they were published.
 * https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
 */
export const retentionMs = 15 * 24 * 60 * 60 * 1_000;
/** What is deployed, and what was deployed before it. */
const newestKept = 2;

/** What is known of a function. */
export interface VersionedFunction {
  readonly versions: readonly PublishedVersion[];
  /** Those that an alias sends calls to. */
  readonly aliased: readonly string[];
  /** Those that the definition of an execution names which may still go on, or the machine's own. */
  readonly named: ReadonlySet<string>;
}

/** The versions that no run and no rollback needs. */
export function removableVersions({ versions, aliased, named }: VersionedFunction, nowMs: number): string[] {
  return [...versions]
    .sort((a, b) => Number(b.version) - Number(a.version))
    .slice(newestKept)
    .filter(({ publishedAtMs }) => publishedAtMs !== undefined && publishedAtMs < nowMs - retentionMs)
    .map(({ version }) => version)
    .filter((version) => !named.has(version) && !aliased.includes(version));
}

const functionVersion = /:function:([A-Za-z0-9_-]+):(\d+)(?![A-Za-z0-9_-])/g;

/**
 * The versions that a definition names, by function. Throws when it names none of `functions`: then it is not what it should be,
 * and tells nothing about what is needed.
 */
export function versionsNamedIn(definition: string, functions: readonly string[]): Map<string, Set<string>> {
  const named = new Map(functions.map((name) => [name, new Set<string>()]));
  for (const [, name = '', version = ''] of definition.matchAll(functionVersion)) named.get(name)?.add(version);
  if ([...named.values()].every(({ size }) => size === 0))
    throw new TypeError(
      `a definition of the state machine names no version of ${functions.join(', ')}: nothing is deleted`,
    );
  return named;
}
