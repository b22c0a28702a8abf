import { closing } from './store-conformance/closing.js';
import { keys } from './store-conformance/keys.js';
import { lookUps } from './store-conformance/look-ups.js';
import { reading } from './store-conformance/reading.js';
import { tables } from './store-conformance/tables.js';
import { values } from './store-conformance/values.js';
import { writing } from './store-conformance/writing.js';
import type { StoreSubject } from './store-conformance/subject.js';

export type { OpenedTestStore, StoreSubject } from './store-conformance/subject.js';

/**
 * The precise meaning of the store contract, for any driver or decorator of one. What a driver declares in its
 * `capabilities` is tested, and so is the absence of what it does not.
 */
export function storeConformance(subject: StoreSubject): void {
  describe(`store: ${subject.name}`, () => {
    describe('tables', () => tables(subject));
    describe('values', () => values(subject));
    describe('keys', () => keys(subject));
    describe('reading', () => reading(subject));
    describe('writing', () => writing(subject));
    describe('look-ups', () => lookUps(subject));
    describe('closing', () => closing(subject));
  });
}
