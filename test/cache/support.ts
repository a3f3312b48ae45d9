// Temporary folders and real child processes for the tests of the cache.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

/** A new folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cache-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Bundles fixtures/child.ts into `folder`, since not every supported Node runs TypeScript; gives the file to run. */
export async function buildChild(folder: string): Promise<string> {
  const outfile = join(folder, 'child.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'fixtures/child.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  return outfile;
}

/** A child that does one job of fixtures/child.ts: it sends `ready`, waits for `start`, and sends its messages. */
export class Child {
  readonly process: ChildProcess;
  /** All that it sent after `ready`. */
  readonly messages: unknown[] = [];

  private constructor(process: ChildProcess) {
    this.process = process;
  }

  /** Starts the process and waits until it is ready. */
  static async ready(script: string, job: string, ...args: readonly string[]): Promise<Child> {
    const child = new Child(fork(script, [job, ...args]));
    onTestFinished(() => void child.process.kill('SIGKILL'));
    await once(child.process, 'message');
    child.process.on('message', (message) => child.messages.push(message));
    return child;
  }

  start(): void {
    this.process.send('start');
  }

  /** Waits until it has sent this message. */
  async sent(message: unknown): Promise<void> {
    while (!this.messages.includes(message)) await once(this.process, 'message');
  }

  async kill(): Promise<void> {
    const exit = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exit;
  }

  /** Starts it and waits for its end; gives the exit code. */
  async run(): Promise<number | null> {
    const exit = once(this.process, 'exit');
    this.start();
    const [code] = await exit;
    return code as number | null;
  }
}
