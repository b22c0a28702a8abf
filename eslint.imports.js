/**
 * The direction of imports, as docs/architecture.md draws it: a table, and the rule that holds it. The rule sees where an
 * import leads, whatever it is written like, and counts types too: a contract that names a higher layer depends on it.
 */
import { dirname, join, relative, sep } from 'node:path';

const root = import.meta.dirname;

/** What each folder may import from, besides itself and the files at the top of `src/`. Folders that are not named may all. */
const layers = {
  // What the package gives to configurations and migrations: a door, too.
  'src/exports': ['src/project', 'src/migrations'],
  // What the package gives to services as carryover/kv: a door, not a part of the layer that it lies in.
  'src/kv/exports': ['src/kv', 'src/local/open-key-value-store'],
  'src/kv': [],
  'src/digest': ['src/stores'],
  'src/stores': ['src/kv', 'src/digest'],
  'src/ledger': ['src/stores'],
  // What the package gives to services as carryover/versions, a door like the one above.
  'src/versions/exports': ['src/versions', 'src/kv', 'src/local/open-database-versions'],
  'src/versions': ['src/kv', 'src/stores'],
  'src/migrations': ['src/versions', 'src/kv', 'src/stores', 'src/ledger', 'src/digest'],
  'src/engine': ['src/migrations', 'src/versions', 'src/kv', 'src/stores', 'src/ledger', 'src/digest'],
  // What runs take and cost: for documents, from the engine's own numbers.
  'src/estimates': ['src/engine', 'src/migrations', 'src/stores'],
  'src/local': ['src/engine', 'src/migrations', 'src/versions', 'src/kv', 'src/stores', 'src/ledger', 'src/digest'],
  'src/project': ['src/stores/store-url', 'src/migrations/registry', 'src/migrations/file-name'],
  // Errors, settings, the clock: what every layer may import, and what imports none.
  'src/*': [],
  functions: [
    ...['src/engine', 'src/migrations', 'src/versions', 'src/kv', 'src/stores', 'src/ledger', 'src/digest'],
    'src/project/parse-project',
  ],
  'src/cli': ['src', 'functions'],
  cdk: ['src/project', 'src/errors', 'src/input-faults', 'src/settings'],
};

/** Files at the top of `src/` that are not for everybody. */
const reserved = {
  'src/environment': ['functions', 'src/cli'],
  'src/project': ['src/exports', 'src/project', 'src/stores', 'src/engine', 'src/local', 'src/cli', 'functions', 'cdk'],
};

/** Packages, and the beginnings of the paths that alone may import them. */
const packages = {
  '@middy': ['functions/', 'test/'],
  '@aws-lambda-powertools': ['functions/'],
  'aws-cdk-lib': ['cdk/', 'test/cdk/'],
  constructs: ['cdk/', 'test/cdk/'],
  '@aws-sdk': [],
  '@aws-sdk/client-dynamodb': ['src/stores/dynamodb/', 'src/kv/dynamodb-', 'src/ledger/', 'bench/', 'test/'],
  '@aws-sdk/client-eventbridge': ['functions/event-bus.ts'],
  '@aws-sdk/client-s3': ['src/stores/archive/', 'test/stores/archive/'],
  '@aws-sdk/client-secrets-manager': ['src/stores/read-secret.ts'],
  '@aws-sdk/rds-signer': ['src/stores/rds-token.ts'],
  '@aws-sdk/credential-providers': ['src/aws-credentials.ts'],
  '@aws-sdk/client-cloudformation': ['functions/aws/'],
  '@aws-sdk/client-lambda': ['functions/aws/'],
  '@aws-sdk/client-sfn': ['src/cli/stack-client.ts', 'functions/aws/', 'test/cli/'],
  // Generated types name it too.
  '@bufbuild': ['src/kv/messages', 'examples/', 'test/'],
  'fast-check': ['src/kv/conformance/', 'test/'],
  '@smithy': [
    ...['src/aws-credentials.ts', 'src/stores/dynamodb/', 'src/stores/archive/', 'src/ledger/ledger-client.ts'],
    ...['functions/event-bus.ts', 'functions/aws/'],
  ],
  pg: ['src/stores/postgres/', 'src/kv/postgres-', 'src/local/embedded-postgres', 'examples/', 'bench/', 'test/'],
  'pg-copy-streams': ['src/stores/postgres/', 'examples/'],
  dynalite: ['src/local/'],
  'embedded-postgres': ['src/local/'],
  'aws-local-stepfunctions': ['src/local/', 'test/statemachines/'],
  esbuild: ['src/project/', 'cdk/', 'test/'],
  commander: ['src/cli/'],
};

/** The layer of a path without ending: the longest entry of the table that it is in. */
function layerOf(path) {
  if (path === 'src/exports') return path;
  if (/^src\/[^/]+$/.test(path)) return 'src/*';
  return Object.keys(layers).find((layer) => isIn(path, layer));
}

function isIn(path, place) {
  return path === place || path.startsWith(`${place}/`);
}

/** Why a file may not import another file of this repository; undefined when it may. */
function refusedFile(from, to) {
  const layer = layerOf(from);
  if (layer === undefined) return undefined;
  if (to.startsWith('statemachines/'))
    return `"${from}" may not import the definition: it is handed in, or read by path`;
  const readers = /^src\/[^/]+$/.test(to) ? reserved[to] : undefined;
  if (readers !== undefined)
    return readers.includes(layer) ? undefined : `"${to}" is for ${readers.join(', ')}, not for ${layer}`;
  if (layer !== 'cdk' && layerOf(to) === 'src/*') return undefined;
  if (layer !== 'src/*' && isIn(to, layer)) return undefined;
  if (layers[layer].some((place) => isIn(to, place))) return undefined;
  return `${layer} may not import "${to}": imports point one way, see docs/architecture.md`;
}

/** Why a file may not import a package; undefined when it may. */
function refusedPackage(file, name) {
  const listed = Object.keys(packages)
    .filter((entry) => isIn(name, entry))
    .sort((a, b) => b.length - a.length)[0];
  if (listed === undefined || packages[listed].some((place) => file.startsWith(place))) return undefined;
  return `"${listed}" may be imported in ${packages[listed].join(', ') || 'no file'} alone`;
}

/** A path from the root of this repository, with slashes and without the ending of a module. */
function moduleOf(path) {
  return relative(root, path)
    .split(sep)
    .join('/')
    .replace(/\.[jt]s$/, '');
}

const directionRule = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = relative(root, context.filename).split(sep).join('/');
    function check(node) {
      const name = node.source?.value;
      if (typeof name !== 'string') return;
      const message = name.startsWith('.')
        ? refusedFile(moduleOf(context.filename), moduleOf(join(dirname(context.filename), name)))
        : refusedPackage(file, name);
      if (message !== undefined) context.report({ node, message });
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

/** Only src/environment.ts reads the process's environment, so that one file tells what it can change. */
const environmentRules = {
  'no-restricted-properties': [
    'error',
    { object: 'process', property: 'env', message: 'The environment is read in src/environment.ts alone.' },
  ],
  'no-restricted-imports': [
    'error',
    ...['process', 'node:process'].map((name) => ({ name, importNames: ['env', 'default'] })),
  ],
};

export const importConfigs = [
  {
    files: ['**/*.ts'],
    plugins: { carryover: { rules: { direction: directionRule } } },
    rules: { 'carryover/direction': 'error' },
  },
  { files: ['**/*.ts'], ignores: ['src/environment.ts', 'test/**'], rules: environmentRules },
];
