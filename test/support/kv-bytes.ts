export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of from) all.push(each);
  return all;
}
