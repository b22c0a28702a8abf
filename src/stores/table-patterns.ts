/** What patterns mean among these names. */
export interface TableMatches {
  /** The names that a pattern matches, each once, in the order of `names`. */
  readonly matched: readonly string[];
  /** The patterns that match none. */
  readonly unmatched: readonly string[];
}

/** Matches whole names; `*` stands for any characters, everything else for itself. */
export function matchTables(names: readonly string[], patterns: readonly string[]): TableMatches {
  const tests = patterns.map((pattern) => expressionOf(pattern));
  return {
    matched: names.filter((name) => tests.some((test) => test.test(name))),
    unmatched: patterns.filter((_, index) => !names.some((name) => tests[index]?.test(name))),
  };
}

function expressionOf(pattern: string): RegExp {
  const literal = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literal.join('[^]*')}$`);
}
