/** Text for people, at most `longest` characters of it, in which no half of a surrogate pair is left. */
export function shortened(text: string, longest: number): string {
  return (text.length > longest ? `${text.slice(0, longest - 1)}…` : text).toWellFormed();
}
