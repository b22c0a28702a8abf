/**
 * The form in which partition and key are stored on every engine: one leading byte, then the bytes as they were given.
 * DynamoDB refuses empty binary keys, and 1,024 bytes are the most its sort key takes; the same form everywhere makes a
 * table of one engine, carried to another, the same key-value store there. The byte is `/`, so that names read well in
 * a console.
 */
const leadingByte = 0x2f;

/** The most bytes of a partition or key as given. */
export const keyLimitBytes = 1023;

/**
 * The most bytes of partition, key and value together. 400 KB is DynamoDB's limit of an item; of the 512 bytes left to
 * the driver, 16 write ids take 16 × (22 + 1) + 3, attribute names 23 and the leading bytes 2.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const entryLimitBytes = 400 * 1024 - 512;

export function toStoredForm(given: Uint8Array): Uint8Array {
  const stored = new Uint8Array(given.length + 1);
  stored[0] = leadingByte;
  stored.set(given, 1);
  return stored;
}

export function fromStoredForm(stored: Uint8Array): Uint8Array {
  return new Uint8Array(stored.subarray(1));
}

/** Throws TypeError for what is not bytes: callers may have no types, and text would be taken for zeros. */
export function assertBytes(name: string, bytes: unknown): void {
  if (bytes instanceof Uint8Array) return;
  const kind = bytes === null ? 'null' : typeof bytes;
  throw new TypeError(`${name} must be a Uint8Array, it is ${kind}; text is encoded by new TextEncoder().encode(text)`);
}

/** Bytes for people: text where it is printable ASCII, else hexadecimal; cut after 60 characters. */
export function readableBytes(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 60));
  const dots = bytes.length > shown.length ? '…' : '';
  const printable = shown.every((byte) => byte >= 0x20 && byte < 0x7f);
  return printable
    ? `"${shown.toString('latin1')}${dots}"`
    : `0x${shown.subarray(0, 30).toString('hex')}${bytes.length > 30 ? '…' : ''}`;
}
