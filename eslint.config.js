import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { importConfigs } from './eslint.imports.js';

/** Rules that know types: what TypeScript itself lets pass, and what loses an error or a write. */
const typedRules = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/consistent-type-exports': 'error',
  '@typescript-eslint/consistent-type-imports': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  // Properties are left out: pg awaits callbacks whose types say that they return nothing.
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { properties: false } }],
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

export default tseslint.config(
  { ignores: ['dist/', 'cdk.out/', '.carryover/', '**/*.d.ts', '**/*_pb.ts', 'test/**/fixtures/'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...typedRules,
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'no-throw-literal': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['test/**'],
    rules: {
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', { max: 50, skipComments: true, skipBlankLines: true }],
      complexity: ['error', 18],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
    },
  },
  ...importConfigs,
  prettier,
);
