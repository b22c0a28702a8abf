/** A value that a column cannot hold as it is. Says why; who knows table, column and key says where (ItemRefusedError). */
export class UnfitValueError extends Error {
  override readonly name = 'UnfitValueError';
}
