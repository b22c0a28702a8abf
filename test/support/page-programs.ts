import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { buildCommand, runNode, type Ended } from './built-command.js';

/** A built package in which the examples of pages run, where `carryover/kv` is what its package.json says. */
export interface PagePrograms {
  /** Puts a module beside the programs of pages. Returns its path. */
  place(name: string, text: string): Promise<string>;
  /** An empty folder for a program to run in. */
  folder(): Promise<string>;
  /** Runs the program of a page in a folder to its end. */
  run(page: string, cwd: string): Promise<Ended>;
  remove(): Promise<void>;
}

export async function openPagePrograms(): Promise<PagePrograms> {
  const [command, folders] = await Promise.all([buildCommand(), mkdtemp(join(tmpdir(), 'carryover-pages-'))]);
  await mkdir(join(command.folder, 'pages'));
  const place = async (name: string, text: string): Promise<string> => {
    const { code } = await transform(text, { loader: 'ts', format: 'esm', target: 'node22' });
    const path = join(command.folder, 'pages', name);
    await writeFile(path, code);
    return path;
  };
  return {
    place,
    folder: () => mkdtemp(join(folders, 'page-')),
    run: async (page, cwd) =>
      runNode(await place(`${page.replaceAll('/', '-')}.js`, await programOf(page)), [], { cwd }),
    async remove() {
      await command.remove();
      await rm(folders, { recursive: true, force: true });
    },
  };
}

/** The blocks of a language in a page. */
export async function blocksOf(page: string, language: string): Promise<string[]> {
  const blocks = (await readFile(page, 'utf8')).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'));
  return [...blocks].map(([, block = '']) => block);
}

/** How a program ends that prints what the page says beside each `console.log`. */
export async function endedAsSaid(page: string): Promise<Ended> {
  const said = [...(await programOf(page)).matchAll(/console\.log\(.*\);? \/\/ (.*)$/gm)].flatMap(([, lines = '']) =>
    lines.split(', '),
  );
  if (said.length === 0) throw new Error(`${page} says nowhere what its program prints`);
  return { exitCode: 0, stderr: '', stdout: said.map((line) => `${line}\n`).join('') };
}

/** The program that the ts blocks of a page are, one after the other. */
async function programOf(page: string): Promise<string> {
  return (await blocksOf(page, 'ts')).join('\n');
}
