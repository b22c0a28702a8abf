import { hash } from 'node:crypto';

/** Ids, times and hashes that are the same whenever they are derived from the same. */

/** A uuid as 32 hexadecimal digits, which PostgreSQL takes too. */
export const idOf = (what: string): string => hash('md5', what);

export const bytesOf = (algorithm: 'md5' | 'sha256', what: string): Buffer => hash(algorithm, what, 'buffer');

/** So many microseconds and a second each after the beginning of 2026, in the form of ISO 8601. */
export function timeAfter(seconds: number): string {
  const iso = new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString();
  return iso.replace(/\.\d+Z$/, `.${String((seconds * 7_919) % 1_000_000).padStart(6, '0')}Z`);
}

/** An id that sorts by its time, as `ulid` makes them: 48 bits of milliseconds and 80 bits, in Crockford's base 32. */
export function sortableIdOf(seconds: number, what: string): string {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let time = '';
  for (let rest = Date.UTC(2026, 0, 1) + seconds * 1_000; time.length < 10; rest = Math.floor(rest / 32))
    time = `${digits[rest % 32] ?? ''}${time}`;
  return time + idOf(what).slice(0, 16).toUpperCase();
}
