import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Which folders of the house a folder may not import: the arrows of the design point one way. */
const layers = {
  'src/digest': ['ledger', 'kv', 'versions', 'migrations', 'engine', 'local', 'cli', 'project'],
  'src/kv': ['digest', 'ledger', 'versions', 'migrations', 'engine', 'local', 'cli', 'project'],
  'src/stores': ['ledger', 'versions', 'migrations', 'engine', 'local', 'cli'],
  'src/ledger': ['digest', 'kv', 'versions', 'migrations', 'engine', 'local', 'cli', 'project'],
  'src/versions': ['digest', 'ledger', 'migrations', 'engine', 'local', 'cli', 'project'],
  'src/migrations': ['engine', 'local', 'cli', 'project'],
  'src/engine': ['local', 'cli'],
  'src/local': ['cli'],
  'src/project': ['digest', 'kv', 'ledger', 'versions', 'migrations', 'engine', 'local', 'cli'],
  functions: ['cli', 'local'],
};

/** Packages, and where alone they may be imported. */
const packages = {
  '@middy/*': ['functions/**'],
  '@aws-lambda-powertools/*': ['functions/**'],
  'aws-cdk-lib': ['cdk/**', 'test/cdk/**'],
  'aws-cdk-lib/*': ['cdk/**', 'test/cdk/**'],
  '@aws-sdk/client-dynamodb': ['src/stores/dynamodb/**', 'src/kv/dynamodb*', 'src/ledger/**', 'bench/**', 'test/**'],
  '@aws-sdk/client-s3': ['src/stores/archive/**', 'test/**'],
  '@aws-sdk/client-sfn': ['src/cli/**', 'test/**'],
  '@aws-sdk/client-secrets-manager': ['src/stores/open-declared-store.ts', 'test/**'],
  pg: ['src/stores/postgres/**', 'src/kv/postgres*', 'src/local/**', 'examples/**', 'bench/**', 'test/**'],
  'aws-local-stepfunctions': ['src/local/**', 'test/**'],
  dynalite: ['src/local/**'],
};

const packageNames = Object.keys(packages);

function restricted(allowed, folders = [], extra = []) {
  const patterns = packageNames
    .filter((name) => !allowed.includes(name))
    .map((name) => ({ group: [name], message: `is imported in ${packages[name].join(', ')} alone` }));
  const imports = folders.map((folder) => ({
    regex: `^(\\.\\./)+${folder}/`,
    message: 'points against the direction of imports: see the design in docs/architecture.md',
  }));
  return ['error', { patterns: [...patterns, ...imports, ...extra] }];
}

/** The rule of a folder: its layer's, less the packages that it may import. */
function importRules() {
  const folders = ['src/cli', 'cdk', 'examples', 'bench', 'test', ...Object.keys(layers)];
  const files = folders.map((folder) => {
    const allowed = packageNames.filter((name) => packages[name].some((glob) => glob === `${folder}/**`));
    const cdk =
      folder === 'cdk'
        ? [{ regex: '^(\\.\\./)+src/(?!project|stores/store-url|settings)', message: 'cdk imports the project alone' }]
        : [];
    return {
      files: [`${folder}/**/*.ts`],
      rules: { 'no-restricted-imports': restricted(allowed, layers[folder], cdk) },
    };
  });
  const narrower = packageNames
    .flatMap((name) => packages[name])
    .filter((glob) => /^src\/\w+\/[\w*]/.test(glob) && !/^src\/\w+\/\*\*$/.test(glob));
  return [
    ...files,
    ...[...new Set(narrower)].map((glob) => ({
      files: [glob.endsWith('**') ? `${glob}/*.ts` : glob.endsWith('*') ? `${glob}.ts` : glob],
      rules: {
        'no-restricted-imports': restricted(
          packageNames.filter((name) => packages[name].includes(glob)),
          layers[glob.split('/').slice(0, 2).join('/')],
        ),
      },
    })),
  ];
}

export default tseslint.config(
  { ignores: ['dist/', 'cdk.out/', 'node_modules/', '.carryover/', '**/*.d.ts', 'test/**/fixtures/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      complexity: ['error', 20],
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'is read in src/environment.ts alone' },
      ],
    },
  },
  ...importRules(),
  {
    files: ['src/environment.ts', 'test/**/*.ts', 'cdk/**/*.ts', 'examples/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['test/**/*.ts'], rules: { 'max-lines': 'off', 'max-lines-per-function': 'off', complexity: 'off' } },
  prettier,
);
