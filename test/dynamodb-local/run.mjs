/**
 * Runs the suites of DynamoDB on Amazon's DynamoDB Local, which knows what dynalite drops without a word: streams,
 * encryption, table class, protection, time to live. It needs Java 17 or newer, and takes the engine from the tarball of
 * an npm package that ships it, kept under node_modules/.cache. Arguments go to jest.
 */
import { execFile, spawn } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const cache = join(root, 'node_modules/.cache/dynamodb-local');
const packed = 'amplify-dynamodb-simulator@2.9.30';
const emulator = join(cache, 'package/emulator');

async function assertJava() {
  const { stderr } = await run('java', ['-version']).catch(() => ({ stderr: '' }));
  const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  if (major >= 17) return;
  const found = major === 0 ? 'there is none' : `there is ${major}`;
  throw new Error(`DynamoDB Local needs Java 17 or newer, and ${found}: install a JRE, as .ci/run does`);
}

async function ensureEmulator() {
  const there = await access(join(emulator, 'DynamoDBLocal.jar')).then(
    () => true,
    () => false,
  );
  if (there) return;
  // Unpacked beside its place and then moved there, so that a run that was cut short leaves no half of it.
  const fresh = join(cache, `fresh-${process.pid}`);
  await mkdir(fresh, { recursive: true });
  try {
    const { stdout } = await run('npm', ['pack', packed, '--silent', '--pack-destination', fresh], { cwd: root });
    await run('tar', ['-xzf', join(fresh, stdout.trim().split('\n').at(-1) ?? ''), '-C', fresh]);
    await rm(join(cache, 'package'), { recursive: true, force: true });
    await rename(join(fresh, 'package'), join(cache, 'package'));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startEmulator(port) {
  // Its SQLite finds its native part beside its own jar.
  const args = ['-jar', 'DynamoDBLocal.jar', '-inMemory', '-disableTelemetry'];
  const engine = spawn('java', [...args, '-port', String(port)], { cwd: emulator, stdio: 'ignore' });
  // However this script ends, short of being killed.
  process.once('exit', () => engine.kill());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries += 1) {
    if (engine.exitCode !== null) throw new Error(`DynamoDB Local ended with exit code ${engine.exitCode}`);
    // It refuses a request without an operation, which is an answer.
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return { engine, endpoint };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  engine.kill();
  throw new Error('DynamoDB Local did not answer');
}

await assertJava();
await ensureEmulator();
const { engine, endpoint } = await startEmulator(await freePort());
try {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const suites = ['test/stores/dynamodb', 'test/kv/dynamodb', 'test/ledger/dynamodb'];
  const child = spawn(
    process.execPath,
    [...jest, '--config', 'test/dynamodb-local/jest.config.js', ...suites, ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, DYNAMODB_LOCAL_ENDPOINT: endpoint },
    },
  );
  process.once('exit', () => child.kill());
  process.exitCode = await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
} finally {
  engine.kill();
}
