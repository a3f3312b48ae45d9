// The `.pipeio` folder: made with a .gitignore of its own, so that nobody commits gigabytes.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes the folder if need be. A project that cannot be written to can still be looked at. */
export async function ignoreInGit(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch {
    // It is there already, or the project is read-only: whoever writes something next will say so.
  }
}
