import type { Moment, Step } from './kill-switch.js';
import { fates } from './wire.js';

/** Set KILL_SEED to the number that a run printed to have its moments again. */
export const seed = Number(process.env['KILL_SEED'] ?? Math.trunc(Math.random() * 1e9));

/** Numbers from 0 to 1 that follow from the seed and the name of a series. https://en.wikipedia.org/wiki/Xorshift */
export function randomOf(series: string): () => number {
  let state = [...series].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), seed | 1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A moment in a step, at one of its requests (of one operation) from `least` to `most`, up to 20 ms after it was sent. */
export function momentIn(random: () => number, step: Step, least: number, most: number, operation?: string): Moment {
  return {
    step,
    ...(operation === undefined ? {} : { operation }),
    request: least + Math.floor(random() * (most - least + 1)),
    fate: fates[Math.floor(random() * fates.length)] ?? 'lost',
    delayMs: random() * 20,
  };
}
