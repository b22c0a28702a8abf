import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** The command as it is built, from the sources as they are now: what lies in `dist` may be older. */
export interface TranspiledCommand {
  /** The file to run with node. */
  readonly main: string;
  remove(): Promise<void>;
}

/** Each file becomes one of the same place and name, as the package's own build has it, so that all that is found beside it is. */
export async function transpileCommand(): Promise<TranspiledCommand> {
  const folder = await mkdtemp(join(tmpdir(), 'carryover-kill-command-'));
  const root = resolve('.');
  await build({
    entryPoints: [join(root, 'src/**/*.ts'), join(root, 'functions/**/*.ts')],
    outbase: root,
    outdir: join(folder, 'dist'),
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'error',
  });
  await cp(join(root, 'package.json'), join(folder, 'package.json'));
  await cp(join(root, 'statemachines'), join(folder, 'statemachines'), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(folder, 'tmp'));
  return {
    main: join(folder, 'dist/src/cli/main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
