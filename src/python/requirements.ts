// What the worker needs of a Python environment: the oldest Python and the oldest packages it works with.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installedVersions } from './distributions.ts';
import type { Interpreter } from './interpreter.ts';

/** The oldest Python that the worker runs on. */
export const OLDEST_PYTHON = '3.10';

/** The packages that the worker imports, by normalised name, with the oldest version that does. */
export const WORKER_PACKAGES: Readonly<Record<string, string>> = {
  jupytext: '1.17',
  nbformat: '5.10',
  nbclient: '0.10',
  nbconvert: '7.16',
  'jupyter-client': '8.6',
};

/** Whether `version` is not older than `oldest`, by the numbers it starts with. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [have, need] = [numbers(version), numbers(oldest)];
  for (let i = 0; i < need.length; i++) {
    const difference = (have[i] ?? 0) - (need[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** What keeps an interpreter from running the worker, one phrase each, such as `no jupytext`; empty if nothing. */
export async function lacks(interpreter: Interpreter): Promise<string[]> {
  if (!isAtLeast(interpreter.version, OLDEST_PYTHON)) {
    return [`Python ${interpreter.version} is older than ${OLDEST_PYTHON}`];
  }
  const installed = await installedVersions(interpreter.searchPath);
  return Object.entries(WORKER_PACKAGES).flatMap(([name, oldest]) => {
    const version = installed.get(name);
    if (version === undefined) return [`no ${name}`];
    return isAtLeast(version, oldest) ? [] : [`${name} ${version} is older than ${oldest}`];
  });
}

/** The file that lists what an environment of pipeio's own gets: beside the worker, in the sources and in `dist/`. */
export function requirementsFile(): string {
  const beside = ['../worker/requirements.txt', './worker/requirements.txt'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = beside.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('requirements.txt of the worker is missing from this installation');
  return found;
}

function numbers(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}
