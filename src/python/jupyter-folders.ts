// The folders in which Jupyter looks for its data and its configuration, as jupyter_core computes them.
import { platform } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Interpreter } from './interpreter.ts';
import { type Env, homeFolder } from './places.ts';

const WINDOWS = platform() === 'win32';

/** Folders that may hold `kernels/`, best first, for somebody who works with `environments` (best first). */
export function dataFolders(env: Env, environments: readonly Interpreter[]): string[] {
  const system = WINDOWS ? programData(env) : ['/usr/local/share/jupyter', '/usr/share/jupyter'];
  return order(env, environments, env.JUPYTER_PATH, userDataFolder(env), ['share', 'jupyter'], system);
}

/** Folders that may hold `jupyter_server_config.json` and the like, best first. */
export function configFolders(env: Env, environments: readonly Interpreter[]): string[] {
  if (env.JUPYTER_NO_CONFIG) return [];
  const system = WINDOWS ? programData(env) : ['/usr/local/etc/jupyter', '/etc/jupyter'];
  return order(env, environments, env.JUPYTER_CONFIG_PATH, userConfigFolder(env), ['etc', 'jupyter'], system);
}

/** The folder of the user's own Jupyter configuration; it need not exist. */
export function userConfigFolder(env: Env): string {
  if (env.JUPYTER_CONFIG_DIR) return env.JUPYTER_CONFIG_DIR;
  const home = homeFolder(env);
  if (!isSet(env.JUPYTER_PLATFORM_DIRS)) return join(home, '.jupyter');
  if (WINDOWS) return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'Jupyter');
  if (platform() === 'darwin') return join(home, 'Library', 'Application Support', 'Jupyter');
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'jupyter');
}

function userDataFolder(env: Env): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  const home = homeFolder(env);
  if (platform() === 'darwin') {
    return isSet(env.JUPYTER_PLATFORM_DIRS)
      ? join(home, 'Library', 'Application Support', 'Jupyter')
      : join(home, 'Library', 'Jupyter');
  }
  if (WINDOWS) return env.APPDATA ? join(env.APPDATA, 'jupyter') : join(userConfigFolder(env), 'data');
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'jupyter');
}

/** Jupyter's precedence: what a variable names, isolated environments, the user's, other Pythons, the system. */
function order(
  env: Env,
  environments: readonly Interpreter[],
  variable: string | undefined,
  userFolder: string,
  below: readonly string[],
  system: readonly string[],
): string[] {
  const prefer = env.JUPYTER_PREFER_ENV_PATH;
  const beforeUser = environments.filter((i) => (prefer === undefined ? isIsolated(i, env) : isSet(prefer)));
  const afterUser = environments.filter((i) => !beforeUser.includes(i));
  const folderOf = ({ prefix }: Interpreter) => join(prefix, ...below);
  const userBases = environments.flatMap(({ userBase }) => userBase ?? []);
  const folders = [
    ...(variable ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...beforeUser.map(folderOf).filter((folder) => !system.includes(folder)),
    userFolder,
    ...userBases.map((base) => join(base, ...below)),
    ...afterUser.map(folderOf).filter((folder) => !system.includes(folder)),
    ...system,
  ];
  return [...new Set(folders)];
}

/** Whether a Python is a venv, or the active conda environment other than `base`. */
function isIsolated({ prefix, basePrefix }: Interpreter, env: Env): boolean {
  if (prefix !== basePrefix) return true;
  return prefix === env.CONDA_PREFIX && (env.CONDA_DEFAULT_ENV ?? 'base') !== 'base';
}

function programData(env: Env): string[] {
  return isSet(env.JUPYTER_USE_PROGRAMDATA) && env.PROGRAMDATA ? [join(env.PROGRAMDATA, 'jupyter')] : [];
}

/** As jupyter_core reads switches: set, and to none of these words. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && !['no', 'n', 'false', 'off', '0', '0.0'].includes(value.toLowerCase());
}
