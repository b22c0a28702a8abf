import pg from 'pg';

/** The tables of the kill tests: three that refer to each other, one with a key of two columns. */
export const tables = ['customers', 'lines', 'orders'] as const;
export type TableName = (typeof tables)[number];

const linesAnOrder = 2;

export type RowCounts = Readonly<Record<TableName, number>>;

/** How many rows the tables have: `thousands` of customers, ten times as many in all. */
export function rowCounts(thousands: number): RowCounts {
  const orders = thousands * 3_000;
  return { customers: thousands * 1_000, orders, lines: orders * linesAnOrder };
}

/** Each row's `label` says which row in the order of the key it is, so that a row is known wherever it is seen. */
export async function fillSource(url: string, { customers, orders, lines }: RowCounts): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`
      CREATE TABLE customers (id int PRIMARY KEY, label text NOT NULL, name text NOT NULL);
      CREATE TABLE orders (id bigint PRIMARY KEY, label text NOT NULL, customer int NOT NULL REFERENCES customers);
      CREATE TABLE lines ("order" bigint REFERENCES orders, line int, label text NOT NULL, what text NOT NULL,
        PRIMARY KEY ("order", line));
      INSERT INTO customers SELECT 7 + n * 3, 'customers/' || n, 'Zoë ' || n || ' 🙂' FROM generate_series(0, ${customers - 1}) n;
      INSERT INTO orders SELECT 5000000000 + n, 'orders/' || n, 7 + n % ${customers} * 3 FROM generate_series(0, ${orders - 1}) n;
      INSERT INTO lines SELECT 5000000000 + n / ${linesAnOrder}, n % ${linesAnOrder}, 'lines/' || n, repeat('x', n % 80)
        FROM generate_series(0, ${lines - 1}) n;
      ANALYZE;`);
  });
}

/** Which row has this key: the inverse of what fills the tables. */
export function rowOfKey(table: string, [first = '', second = '0']: readonly string[]): number {
  if (table === 'customers') return (Number(first) - 7) / 3;
  const order = Number(BigInt(first) - 5_000_000_000n);
  return table === 'orders' ? order : order * linesAnOrder + Number(second);
}

/** What a reader of its own found: each row of each table as text, in no order. */
export type Rows = Readonly<Record<TableName, readonly string[]>>;

/** A row as text, whatever engine it was in: its columns by name, their values as text. */
export function rowText(columns: Readonly<Record<string, unknown>>): string {
  const sorted = Object.keys(columns).sort();
  return JSON.stringify(sorted.map((name) => [name, String(columns[name])]));
}

export async function postgresRows(url: string, schema = 'public'): Promise<Rows> {
  return await withClient(url, async (client) => {
    const read = async (table: TableName): Promise<string[]> => {
      const { rows } = await client.query<Record<string, unknown>>(`SELECT * FROM ${schema}.${table}`);
      return rows.map(rowText);
    };
    return { customers: await read('customers'), lines: await read('lines'), orders: await read('orders') };
  });
}

/** The first rows of each table that only one side has, with how often; empty when both hold the same rows, each once. */
export function differences(expected: Rows, actual: Rows): string[] {
  return tables.flatMap((table) => {
    const counts = new Map<string, number>();
    for (const row of expected[table]) counts.set(row, (counts.get(row) ?? 0) + 1);
    for (const row of actual[table]) counts.set(row, (counts.get(row) ?? 0) - 1);
    const wrong = [...counts].filter(([, count]) => count !== 0);
    const first = wrong.slice(0, 3).map(([row, count]) => `${table}: ${count > 0 ? 'missing' : 'extra'} ${row}`);
    return wrong.length > first.length ? [...first, `${table}: ${wrong.length} differ`] : first;
  });
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
