import type { Json } from '../../json.js';
import { parseJson } from '../../parse-json.js';
import { looksLikeUrl, withoutCredentials } from '../../stores/store-url.js';

/** An entry of the ledger takes 400 KB, and a person reads it: what is longer is no input. */
const mostCharacters = 100_000;

/**
 * An execution's input as the ledger may hold it, whatever was given: a URL where the name of a store belongs may have a
 * password, which is left out. Null for what is too long.
 */
export function recordedInput(input: unknown, declared: readonly string[]): Json {
  const kept = JSON.stringify(input ?? null, (_name, value: unknown) =>
    typeof value === 'string' && !declared.includes(value) ? withoutSecrets(value) : value,
  );
  return kept.length > mostCharacters ? null : (parseJson(kept) as Json);
}

/** A text that may be a URL, without what may be secret in it. */
export function withoutSecrets(text: string): string {
  if (!looksLikeUrl(text)) return text;
  return withoutCredentials(text).replace(/\?.*$/s, '?…');
}
