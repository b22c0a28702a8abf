/** The golden ratio less one: of all numbers, its multiples keep farthest apart from whole numbers. */
const ratio = (Math.sqrt(5) - 1) / 2;

/**
 * The same elements in an order in which any that follow each other lay far apart: among any `count` in a row no two were closer
 * than a third of `elements.length / count` places. It is the same order each time.
 *
 * A Map takes its units in the order of their list, and the segments of a table are numbered along the range of its keys (a
 * DynamoDB table's hashes). In that order all units at work would read one partition of the source, and write one partition of a
 * target of the same key: 1,000 write units a second, whatever capacity the table has. Here they are spread over the range at any
 * moment, whatever their number is, and those of several tables are mixed.
 *
 * Elements are sorted by the fractional part of their place times the golden ratio: what is next to each other has nearly the same
 * one, and places have nearly the same one only when they are far apart. See "three-distance theorem",
 * https://en.wikipedia.org/wiki/Three-gap_theorem
 */
export function inSpreadOrder<Element>(elements: readonly Element[]): Element[] {
  return elements
    .map((element, place) => ({ element, turn: (place * ratio) % 1 }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ element }) => element);
}
