import { sql } from 'carryover';

/** The tables of a new database. The cities' own records lie in a key-value store, which the first write makes. */
export default sql({
  statements: [
    'CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL)',
    `CREATE TABLE places (
      country text NOT NULL,
      city integer NOT NULL,
      name text NOT NULL,
      population integer NOT NULL,
      PRIMARY KEY (country, city)
    )`,
  ],
});
