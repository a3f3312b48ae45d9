// Finds the user's marimo program and the version it has.
import { open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PythonFailure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import { installedVersions } from './distributions.ts';
import { type Interpreter, interpreterIdentity } from './interpreter.ts';
import { type Env, isProgram, programOf, programOnPath } from './places.ts';
import type { InterpreterProbe } from './probe.ts';

/** A marimo that can be run. */
export interface Marimo {
  /** Absolute path of the `marimo` program. */
  readonly program: string;
  readonly version: string;
  /** The Python it runs in, whose packages count. */
  readonly interpreter: Interpreter;
  /** Stable text for cache keys: `marimo 0.25.2, cpython 3.11.7`. */
  readonly identity: string;
}

/** The marimo of the first of the user's environments (best first) that has one, else the one on PATH. */
export async function findMarimo(
  environments: readonly Interpreter[],
  env: Env,
  probe: InterpreterProbe,
): Promise<Result<Marimo, PythonFailure>> {
  for (const interpreter of environments) {
    const program = await programOf(interpreter.prefix, 'marimo');
    const marimo = program && (await marimoAt(program, interpreter));
    if (marimo) return ok(marimo);
  }
  const program = await programOnPath('marimo', env);
  const interpreter = program && (await interpreterBehind(program, probe));
  const marimo = program && interpreter && (await marimoAt(program, interpreter));
  if (marimo) return ok(marimo);
  return err({
    reason: 'marimo-missing',
    message: program
      ? `${program} is there, but the Python that it belongs to has no marimo`
      : "no marimo in the user's environments or on PATH",
    hint: `install it: ${environments[0]?.path ?? 'python'} -m pip install marimo`,
  });
}

async function marimoAt(program: string, interpreter: Interpreter): Promise<Marimo | null> {
  const version = (await installedVersions(interpreter.searchPath)).get('marimo');
  if (version === undefined) return null;
  const identity = `marimo ${version}, ${interpreterIdentity(interpreter)}`;
  return { program, version, interpreter, identity };
}

/** The Python that a script runs in: named in its first lines, else the one beside it (pipx, uv, pyenv). */
async function interpreterBehind(program: string, probe: InterpreterProbe): Promise<Interpreter | null> {
  const real = await realpath(program);
  const named = /^(?:#!|'''exec' ")(\/[^"\n]*?python[\d.]*)\s*(?:"|$)/m.exec(await firstBytes(real))?.[1];
  if (named !== undefined && (await isProgram(named))) return probe.ask(named);
  const beside = (await programOf(dirname(dirname(real)), 'python')) ?? join(dirname(real), 'python');
  return probe.ask(beside);
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
