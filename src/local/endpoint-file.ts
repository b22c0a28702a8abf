import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const endpointSchema = z.object({
  port: z.int().min(1).max(65_535),
  /** The process that owns the engine. */
  pid: z.int().min(1),
  /** Another one for each engine that is started: a port may go to somebody else. */
  id: z.string().min(1),
});

/** Where an engine answers, as the process that owns it leaves it in the engine's folder for others. */
export type Endpoint = z.infer<typeof endpointSchema>;

/** An engine that does not say who it is in this time is asked again. */
const answerTimeoutMs = 2_000;

/** Only the owner of the folder may call it. Readers see the old file or the new one, nothing between. */
export async function writeEndpoint(folder: string, endpoint: Endpoint): Promise<void> {
  const fresh = join(folder, 'endpoint.json.new');
  await writeFile(fresh, `${JSON.stringify(endpoint)}\n`);
  await rename(fresh, fileOf(folder));
}

/** Only the owner of the folder may call it. */
export async function removeEndpoint(folder: string): Promise<void> {
  await rm(fileOf(folder), { force: true });
}

/** The address that was left last; its engine may be gone. Undefined when there is none, or none that can be read. */
export async function readEndpoint(folder: string): Promise<Endpoint | undefined> {
  const text = await readFile(fileOf(folder), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  try {
    return text === undefined ? undefined : endpointSchema.parse(JSON.parse(text));
  } catch {
    // The owner that comes next writes a good one.
    return undefined;
  }
}

/** Whether the engine that left this address is the one that answers there. */
export async function answers({ port, id }: Endpoint): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/carryover`, { signal: AbortSignal.timeout(answerTimeoutMs) });
    return (await answer.text()) === id;
  } catch {
    return false;
  }
}

function fileOf(folder: string): string {
  return join(folder, 'endpoint.json');
}
