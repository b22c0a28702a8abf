import { execFile } from 'node:child_process';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { collect } from '../support/kv-bytes.js';

const excluded = ['node_modules', 'dist', 'cdk.out', '.git', '.carryover'];
const generatedFiles = async (folder: string): Promise<string[]> =>
  (await collect(glob('**/*_pb.ts', { cwd: folder, exclude: (name) => excluded.includes(name) }))).sort();

test('the generated types are what the .proto files say now', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'carryover-generated-'));
  try {
    await promisify(execFile)('npm', ['run', 'generate', '--', '--output', folder]);
    const fresh = await generatedFiles(folder);
    expect(fresh).toContain('test/kv/messages/account_pb.ts');
    expect(await generatedFiles('.')).toEqual(fresh);
    for (const file of fresh) {
      const texts = await Promise.all([readFile(file, 'utf8'), readFile(join(folder, file), 'utf8')]);
      expect({ file, text: texts[0] }).toEqual({ file, text: texts[1] });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
