import config from '../../jest.config.js';

/** The suites of the package as it is published, which install it from the registry. */
export default {
  ...config,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/packed/**/*.packed.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
