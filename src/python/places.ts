// Where an operating system keeps things: the programs of an environment, the user's home and cache folders.
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** Environment variables, as in `Deps.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

const WINDOWS = platform() === 'win32';

/** The user's home folder: what the environment says, else what the system knows. */
export function homeFolder(env: Env): string {
  return (WINDOWS ? env.USERPROFILE : env.HOME) || homedir();
}

/** pipeio's folder in the user's cache folder; it need not exist. */
export function cacheFolder(env: Env): string {
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'pipeio');
  if (platform() === 'darwin') return join(homeFolder(env), 'Library', 'Caches', 'pipeio');
  if (WINDOWS && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'pipeio', 'Cache');
  return join(homeFolder(env), '.cache', 'pipeio');
}

/** The program `name` of the environment at `prefix`, or null. On Windows conda keeps `python.exe` in the prefix itself. */
export async function programOf(prefix: string, name: string): Promise<string | null> {
  if (!WINDOWS) return programIn(join(prefix, 'bin'), name);
  return (await programIn(join(prefix, 'Scripts'), name)) ?? (await programIn(prefix, name));
}

/** The first program `name` on PATH, absolute, or null. */
export async function programOnPath(name: string, env: Env): Promise<string | null> {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    // A relative entry would make the answer depend on the folder that pipeio was started in.
    if (!isAbsolute(folder)) continue;
    const program = await programIn(folder, name);
    if (program !== null) return program;
  }
  return null;
}

/** Whether something stands at `path` (links are followed). */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function programIn(folder: string, name: string): Promise<string | null> {
  for (const ending of WINDOWS ? ['.exe', '.bat', '.cmd'] : ['']) {
    const path = join(folder, name + ending);
    if (await isProgram(path)) return path;
  }
  return null;
}

/** Whether `path` is a file that this user may run. */
export async function isProgram(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    await access(path, constants.X_OK);
    return true;
  } catch {
    // Absent, unreadable and not executable are one answer: it cannot be run.
    return false;
  }
}
