// The worker's own environment in the user's cache folder: made once, under a temporary name, for when no user environment will do.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PythonFailure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import { type Interpreter, interpreterIdentity } from './interpreter.ts';
import { cacheFolder, type Env, homeFolder, programOf, programOnPath } from './places.ts';
import type { InterpreterProbe } from './probe.ts';
import { runProgram } from './program.ts';
import { lacks, requirementsFile } from './requirements.ts';

/** Downloading over a slow line may take long; this is only against a hang. */
const INSTALL_SECONDS = 1800;

/** Unfinished environments older than this belong to a process that was killed. */
const ABANDONED_MS = 24 * 3600 * 1000;

/** How much of the installer's output a failure shows, in lines. */
const TAIL = 12;

const HINT =
  'install the packages into an environment of your own (python -m pip install jupytext nbclient nbconvert) and activate it, ' +
  'or name it with `python:` in pipeio.yml or PIPEIO_PYTHON';

/** What making an environment needs of its surroundings. */
export interface OwnEnvironmentOptions {
  readonly env: Env;
  readonly probe: InterpreterProbe;
  readonly onNotice: (text: string) => void;
}

/** An environment of pipeio's own; `interpreter` is null until it has been made. */
export interface OwnEnvironment {
  readonly folder: string;
  readonly interpreter: Interpreter | null;
}

/**
 * The interpreter of pipeio's own environment, made from `base` unless it already stands. Safe if two processes do it at
 * once: each builds under a name of its own, the first to rename wins, the other uses the winner's.
 */
export async function ownEnvironment(
  base: Interpreter,
  { env, probe, onNotice }: OwnEnvironmentOptions,
): Promise<Result<Interpreter, PythonFailure>> {
  const { folder, interpreter } = await findOwnEnvironment(base, env, probe);
  if (interpreter) return ok(interpreter);

  onNotice(
    `preparing a Python environment for pipeio's own use in ${folder} (once; takes about half a minute)`,
  );
  const temporary = `${folder}.${randomUUID()}.tmp`;
  try {
    await mkdir(temporary, { recursive: true });
    await sweep(cacheFolder(env), (await stat(temporary)).mtimeMs);
    const problem = await fill(temporary, base, env, probe);
    if (problem !== null) return err(setupFailure(problem));
    const winner = await moveInto(temporary, folder, probe);
    if (winner === null) return err(setupFailure(`the new environment ${folder} does not start`));
    onNotice('the Python environment is ready');
    return ok(winner);
  } catch (error) {
    // Only the system's refusals get here: folder read-only, disk full.
    return err(setupFailure(error instanceof Error ? error.message : String(error)));
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {
      // What could not be removed is swept a day later.
    });
  }
}

/** Where pipeio's own environment made from `base` stands or would stand, and its interpreter if it is whole. */
export async function findOwnEnvironment(
  base: Interpreter,
  env: Env,
  probe: InterpreterProbe,
): Promise<OwnEnvironment> {
  const folder = await ownFolder(base, env);
  return { folder, interpreter: await usable(folder, probe) };
}

/** The folder for environments made from this Python with the packages of today. */
async function ownFolder(base: Interpreter, env: Env): Promise<string> {
  const requirements = await readFile(requirementsFile(), 'utf8');
  const hash = createHash('sha256').update(
    JSON.stringify([requirements, interpreterIdentity(base), base.basePrefix]),
  );
  return join(cacheFolder(env), `worker-${hash.digest('hex').slice(0, 16)}`);
}

/** The interpreter in `folder` if the environment there is whole. */
async function usable(folder: string, probe: InterpreterProbe): Promise<Interpreter | null> {
  const path = await programOf(folder, 'python');
  if (path === null) return null;
  probe.forget(path);
  const interpreter = await probe.ask(path);
  return interpreter && (await lacks(interpreter)).length === 0 ? interpreter : null;
}

/** Makes the environment and installs the packages; the end of what the installer said if it failed. */
async function fill(
  folder: string,
  base: Interpreter,
  env: Env,
  probe: InterpreterProbe,
): Promise<string | null> {
  const uv = await programOnPath('uv', env);
  const options = { env: installerEnv(env), cwd: homeFolder(env), seconds: INSTALL_SECONDS };
  if (uv === null) probe.started++;
  const made =
    uv === null
      ? await runProgram(base.path, ['-I', '-m', 'venv', folder], options)
      : await runProgram(uv, ['venv', '--no-config', '--python', base.path, folder], options);
  if (!made.ok) return tail(made.output);
  const python = await programOf(folder, 'python');
  if (python === null) return `no python in the new environment ${folder}`;
  const requirements = ['-r', requirementsFile()];
  if (uv === null) probe.started++;
  const installed =
    uv === null
      ? await runProgram(
          python,
          [
            '-I',
            '-m',
            'pip',
            'install',
            '--no-input',
            '--progress-bar=off',
            '--disable-pip-version-check',
            ...requirements,
          ],
          options,
        )
      : await runProgram(uv, ['pip', 'install', '--python', python, ...requirements], options);
  return installed.ok ? null : tail(installed.output);
}

/** The user's settings for where to download from stay; those for where to install to would defeat the environment. */
function installerEnv(env: Env): Env {
  const { PIP_USER, PIP_TARGET, PIP_PREFIX, PIP_REQUIRE_VIRTUALENV, PYTHONHOME, PYTHONPATH, ...rest } = env;
  return { ...rest, PIP_USER: '0' };
}

/** Renames into place. Where another process was faster its environment is used; a broken one makes room. */
async function moveInto(
  temporary: string,
  folder: string,
  probe: InterpreterProbe,
): Promise<Interpreter | null> {
  try {
    await rename(temporary, folder);
  } catch {
    // Something stands there already: whole or broken, that decides.
    const winner = await usable(folder, probe);
    if (winner) return winner;
    const aside = `${folder}.${randomUUID()}.tmp`;
    await rename(folder, aside);
    await rename(temporary, folder);
    await rm(aside, { recursive: true, force: true });
  }
  return usable(folder, probe);
}

/** Removes what killed processes left half made; `now` is by the clock of the file system. */
async function sweep(parent: string, now: number): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!/^worker-.*\.tmp$/.test(name)) continue;
    const path = join(parent, name);
    const info = await stat(path).catch(() => null);
    if (info && now - info.mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true });
  }
}

function tail(output: string): string {
  return output.trim().split(/\r?\n/).slice(-TAIL).join('\n');
}

function setupFailure(detail: string): PythonFailure {
  return {
    reason: 'python-setup-failed',
    message: `could not make a Python environment for pipeio's own use:\n${detail}`,
    hint: HINT,
  };
}
