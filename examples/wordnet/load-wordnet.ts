import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { lemmaOf, partsOfSpeech, synsets, words, type PartOfSpeech } from './wordnet-files.js';

const schema = `
  DROP TABLE IF EXISTS senses, words, synsets;
  DROP TYPE IF EXISTS part_of_speech;
  CREATE TYPE part_of_speech AS ENUM ('n', 'v', 'a', 'r');
  CREATE TABLE synsets (
    id text PRIMARY KEY,
    pos part_of_speech NOT NULL,
    type char(1) NOT NULL,
    lexicographer_file smallint NOT NULL,
    gloss text NOT NULL
  );
  CREATE TABLE words (
    lemma text,
    pos part_of_speech,
    senses integer NOT NULL,
    tagged_senses integer NOT NULL,
    pointer_symbols text[] NOT NULL,
    PRIMARY KEY (lemma, pos)
  );
  CREATE TABLE senses (
    synset_id text,
    number smallint,
    word text NOT NULL,
    lex_id smallint NOT NULL,
    lemma text NOT NULL,
    pos part_of_speech NOT NULL,
    PRIMARY KEY (synset_id, number)
  );`;

const references = `
  ALTER TABLE senses ADD FOREIGN KEY (synset_id) REFERENCES synsets;
  ALTER TABLE senses ADD FOREIGN KEY (lemma, pos) REFERENCES words;
  CREATE INDEX senses_by_word ON senses (lemma, pos);
  ANALYZE;`;

const all = Object.keys(partsOfSpeech) as PartOfSpeech[];

/** Loads WordNet 3.1 into a PostgreSQL database, three tables that refer to each other. Returns the rows of all. */
export async function loadWordnet(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(schema);
    const loaded =
      (await copyRows(client, 'synsets', synsetRows())) +
      (await copyRows(client, 'words', wordRows())) +
      (await copyRows(client, 'senses', senseRows()));
    await client.query(references);
    return loaded;
  } finally {
    await client.end();
  }
}

type Row = readonly (string | number)[];

async function* synsetRows(): AsyncIterable<Row> {
  for (const pos of all)
    for await (const { id, type, lexicographerFile, gloss } of synsets(pos))
      yield [id, pos, type, lexicographerFile, gloss];
}

async function* wordRows(): AsyncIterable<Row> {
  for (const pos of all)
    for await (const { lemma, senses, taggedSenses, pointerSymbols } of words(pos)) {
      const symbols = pointerSymbols.map((symbol) => `"${symbol.replace(/["\\]/g, '\\$&')}"`).join(',');
      yield [lemma, pos, senses, taggedSenses, `{${symbols}}`];
    }
}

async function* senseRows(): AsyncIterable<Row> {
  for (const pos of all)
    for await (const synset of synsets(pos))
      for (const [number, { word, lexId }] of synset.words.entries())
        yield [synset.id, number, word, lexId, lemmaOf(word), pos];
}

/** COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html */
async function copyRows(client: pg.Client, table: string, rows: AsyncIterable<Row>): Promise<number> {
  let count = 0;
  async function* text(): AsyncIterable<string> {
    for await (const row of rows) {
      count += 1;
      yield `${row.map((value) => String(value).replace(/[\\\t\n\r]/g, (c) => `\\${escapes[c] ?? c}`)).join('\t')}\n`;
    }
  }
  await pipeline(Readable.from(text()), client.query(copyFrom(`COPY ${table} FROM STDIN`)));
  return count;
}

const escapes: Readonly<Record<string, string>> = { '\t': 't', '\n': 'n', '\r': 'r' };
