import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { run } from './run.js';

/** The package as `npm publish` would send it. */
export interface PackedPackage {
  readonly tarball: string;
  /** The tarball, unpacked. */
  readonly folder: string;
  /** The paths in it. */
  readonly files: readonly string[];
  readonly sizeBytes: number;
  readonly unpackedBytes: number;
  readonly remove: () => Promise<void>;
}

interface PackResult {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** What is made from the sources, and what was installed. */
const notCopied = ['node_modules', '.git', 'dist', 'cdk.out', '.carryover'];

/**
 * Packs this checkout as it is now, in a copy: packing builds it anew, and what is built here may be in use. The copy holds
 * `stale`, files of an earlier build whose sources are gone.
 */
export async function packPackage(stale: readonly string[]): Promise<PackedPackage> {
  const place = await mkdtemp(join(tmpdir(), 'carryover-packed-'));
  const remove = () => rm(place, { recursive: true, force: true });
  try {
    const checkout = join(place, 'checkout');
    const root = resolve('.');
    await cp(root, checkout, { recursive: true, filter: (path) => !notCopied.includes(relative(root, path)) });
    await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
    for (const file of stale) {
      await mkdir(join(checkout, file, '..'), { recursive: true });
      await writeFile(join(checkout, file), 'export {};\n');
    }
    const { stdout } = await run(checkout, 'npm', ['pack', '--json', '--pack-destination', place]);
    const { filename, size, unpackedSize, files } = parsePackResult(stdout);
    const tarball = join(place, filename);
    await run(place, 'tar', ['-xzf', tarball]);
    const paths = files.map(({ path }) => path).sort();
    return {
      tarball,
      folder: join(place, 'package'),
      files: paths,
      sizeBytes: size,
      unpackedBytes: unpackedSize,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The scripts that npm runs as it packs may write lines of their own before. */
function parsePackResult(stdout: string): PackResult {
  const [result] = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as PackResult[];
  if (result === undefined) throw new Error(`npm packed nothing: ${stdout}`);
  return result;
}
