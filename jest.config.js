/** Real engines start in some suites, so a test may take longer than jest's five seconds; no assertion depends on time. */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // What only DynamoDB Local can do is run by `npm run test:dynamodb-local`, what the packed package does by `npm run test:packed`.
  testPathIgnorePatterns: ['/node_modules/', '\\.dynamodb-local\\.test\\.ts$', '\\.packed\\.test\\.ts$'],
  setupFiles: ['<rootDir>/test/support/one-realm.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Examples name this package as its users do; what lies in `dist` may be older than the sources.
    '^carryover$': '<rootDir>/src/exports',
    '^carryover/(kv|versions)$': '<rootDir>/src/$1/exports',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true }, module: { type: 'es6' } },
    ],
  },
  testTimeout: 240_000,
  // The engines that the suites start are processes and threads of their own, and keep the other cores busy.
  maxWorkers: 1,
  // Modules of ESM suites are never freed: the worker is replaced between suites before it runs out of heap.
  workerIdleMemoryLimit: '1GB',
};
