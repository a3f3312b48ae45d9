// Runs a program to its end for the other scripts, which may use nothing but Node itself.
import { spawn } from 'node:child_process';

const WINDOWS = process.platform === 'win32';

/** Resolves when `command` has ended well; rejects with an error that names it. Its output goes to `stdio`. */
export async function run(command, args, { cwd, stdio = ['ignore', 'inherit', 'inherit'], env } = {}) {
  const code = await exitCode(command, args, { cwd, stdio, env: { ...process.env, ...env } });
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} failed (${code})`);
}

/** Whether `command` exists and ends well; its output is dropped. */
export async function succeeds(command, args) {
  try {
    return (await exitCode(command, args, { stdio: 'ignore' })) === 0;
  } catch {
    // Not installed: an answer like any other.
    return false;
  }
}

/** Runs npm, which on Windows is a batch file. Its own words go to stderr. */
export function npm(args, cwd) {
  return run(WINDOWS ? 'npm.cmd' : 'npm', args, { cwd, stdio: ['ignore', 2, 2] });
}

function exitCode(command, args, options) {
  const shell = WINDOWS && command.endsWith('.cmd');
  return new Promise((resolve, reject) => {
    spawn(command, args, { ...options, shell })
      .on('error', reject)
      .on('exit', (code, signal) => resolve(signal ?? code));
  });
}
