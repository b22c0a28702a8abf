/**
 * DynamoDB refuses empty strings and empty binaries as keys; other engines have them. In a table that came from another
 * engine, a key that consists of k zero characters (or bytes) and nothing else, k from 0 on, is therefore stored as
 * k + 1 of them. Every key but these stays as it is, no two keys become one, and the order is kept: what grew is still
 * less than whatever it was less than, since that goes on with something larger than zero or is longer.
 */
export function storedText(text: string): string {
  return onlyZeros(text.length, (at) => text.charCodeAt(at)) ? `${text}\u0000` : text;
}

/** The key that `storedText` was given. */
export function logicalText(text: string): string {
  return text.length > 0 && onlyZeros(text.length, (at) => text.charCodeAt(at)) ? text.slice(1) : text;
}

export function storedBytes(bytes: Uint8Array): Uint8Array {
  return onlyZeros(bytes.length, (at) => bytes[at]) ? new Uint8Array(bytes.length + 1) : bytes;
}

export function logicalBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length > 0 && onlyZeros(bytes.length, (at) => bytes[at]) ? new Uint8Array(bytes.length - 1) : bytes;
}

function onlyZeros(length: number, codeAt: (at: number) => number | undefined): boolean {
  for (let at = 0; at < length; at += 1) if (codeAt(at) !== 0) return false;
  return true;
}
