import { partsOfSpeech, synsets, type PartOfSpeech, type Synset } from '../../wordnet/wordnet-files.js';

/** The files that lexicographers wrote WordNet in, by their numbers: lexnames(5WN). */
const files = [
  ...['adj.all', 'adj.pert', 'adv.all', 'noun.Tops', 'noun.act', 'noun.animal', 'noun.artifact', 'noun.attribute'],
  ...['noun.body', 'noun.cognition', 'noun.communication', 'noun.event', 'noun.feeling', 'noun.food', 'noun.group'],
  ...['noun.location', 'noun.motive', 'noun.object', 'noun.person', 'noun.phenomenon', 'noun.plant'],
  ...['noun.possession', 'noun.process', 'noun.quantity', 'noun.relation', 'noun.shape', 'noun.state'],
  ...['noun.substance', 'noun.time', 'verb.body', 'verb.change', 'verb.cognition', 'verb.communication'],
  ...['verb.competition', 'verb.consumption', 'verb.contact', 'verb.creation', 'verb.emotion', 'verb.motion'],
  ...['verb.perception', 'verb.possession', 'verb.social', 'verb.stative', 'verb.weather', 'adj.ppl'],
];

/** A part of the data, for tests that cannot take all of it. */
export interface Slice {
  /** The first so many of the 45 repositories. Default all. */
  readonly repositories?: number;
  /** The first so many synsets of each. Default all. */
  readonly synsets?: number;
}

/** What becomes a repository: a file of WordNet, its synsets in the byte order of their paths. */
export interface SourceRepository {
  readonly index: number;
  readonly name: string;
  readonly synsets: readonly (Synset & { readonly path: string })[];
}

/** The files of WordNet 3.1 with their synsets, 117,791 in all. */
export async function sourceRepositories({ repositories = Infinity, synsets: most = Infinity }: Slice = {}): Promise<
  SourceRepository[]
> {
  const byFile = new Map<number, (Synset & { path: string })[]>();
  for (const pos of Object.keys(partsOfSpeech) as PartOfSpeech[])
    for await (const synset of synsets(pos)) {
      if (synset.lexicographerFile >= repositories) continue;
      const own = byFile.get(synset.lexicographerFile) ?? [];
      byFile.set(synset.lexicographerFile, own);
      if (own.length < most) own.push({ ...synset, path: `${synset.words[0]?.word ?? ''}/${synset.id}.json` });
    }
  return files.flatMap((name, index) => {
    const own = byFile.get(index);
    // All of WordNet is ASCII.
    return own === undefined ? [] : [{ index, name, synsets: own.sort((a, b) => (a.path < b.path ? -1 : 1)) }];
  });
}
