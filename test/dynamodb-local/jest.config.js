import config from '../../jest.config.js';

/** The suites that run on DynamoDB Local, those that only it can pass too. */
export default { ...config, rootDir: '../..', testPathIgnorePatterns: ['/node_modules/'] };
