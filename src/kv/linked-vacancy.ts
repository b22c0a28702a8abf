/**
 * What lies at the place of a parent that is to come: a beginning needs a write there, so that its end can be compared
 * with it. Readers take it for absence. No protobuf message begins with a zero byte, since no field has the number 0.
 */
export const vacancy: Uint8Array = Uint8Array.of(0, ...new TextEncoder().encode('vacant'));

/** True for the value of a place whose parent is to come: there is nothing for a reader. */
export function isVacant(value: Uint8Array): boolean {
  return value.length === vacancy.length && value.every((byte, at) => byte === vacancy[at]);
}
