// Runs a helper program to its end and hands back what it printed; never throws for what the program does.
import type { Env } from './places.ts';

/** How a program ended. `output` holds stdout and stderr as they came, `stdout` the first alone. */
export interface ProgramEnd {
  readonly ok: boolean;
  readonly stdout: string;
  readonly output: string;
}

/** Runs `file` with exactly the environment `env` in `cwd`, killed after `seconds`. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: { readonly env: Env; readonly cwd: string; readonly seconds: number },
): Promise<ProgramEnd> {
  // Loaded only here: a no-op starts no program.
  const { execa } = await import('execa');
  const end = await execa(file, args, {
    env: { ...options.env },
    extendEnv: false,
    cwd: options.cwd,
    stdin: 'ignore',
    all: true,
    reject: false,
    timeout: options.seconds * 1000,
  });
  const output = end.all || end.originalMessage || '';
  return { ok: !end.failed, stdout: end.stdout, output: end.timedOut ? `${output}\n(timed out)` : output };
}
