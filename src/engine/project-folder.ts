// The `.pipeio` folder: made with a .gitignore of its own, so that nobody commits gigabytes.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WriteFailure } from '../failure.ts';
import { writeFailure } from './write-failure.ts';

/** Makes the folder if need be; answers why it cannot be made. Such a project can still be looked at. */
export async function makeProjectFolder(folder: string): Promise<WriteFailure | undefined> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    return writeFailure(folder, error);
  }
  try {
    await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    return isThere ? undefined : writeFailure(folder, error);
  }
  return undefined;
}
