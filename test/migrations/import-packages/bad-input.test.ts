import { InputError } from '../../../src/errors.js';
import { importPackages } from '../../../src/migrations/import-packages/import-packages.js';
import type { ImportPackagesOptions, PackageToImport } from '../../../src/migrations/import-packages/packages.js';
import { books, readers } from './library.js';

function faultsOf(options: ImportPackagesOptions): string[] {
  try {
    importPackages(options);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.faults.map(({ field, message }) => `${field}: ${message}`);
    throw error;
  }
}

describe('the options of importPackages', () => {
  test('are fine with packages alone', () => {
    expect(faultsOf({ packages: [books, readers] })).toEqual([]);
  });

  test('need a package', () => {
    expect(faultsOf({ packages: [] })).toEqual([expect.stringContaining('packages')]);
  });

  test('give a table one owner, and a name to one package, all faults told together', () => {
    const thief: PackageToImport = { ...readers, name: 'books', tables: ['readers', 'books'] };
    expect(faultsOf({ packages: [books, thief] })).toEqual([
      'packages: there are two of the name "books"',
      expect.stringContaining('"books" belongs to package "books" already'),
    ]);
  });

  test('take no name that an archive could not have', () => {
    expect(faultsOf({ packages: [{ ...books, name: 'a/b' }] })).toEqual([expect.stringContaining('letters, digits')]);
  });

  test('know no other option', () => {
    const misspelt = { packages: [books], keepTable: true } as unknown as ImportPackagesOptions;
    expect(faultsOf(misspelt)).toEqual([expect.stringContaining('keepTable')]);
  });
});
