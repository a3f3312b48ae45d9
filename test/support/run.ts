// A run of the pipeio bundle as tests see it: started, watched through its events, ended.
import { join } from 'node:path';
import { execa } from 'execa';
import type { Event, Summary } from '../../src/event.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

/** Programs get nothing of the environment of the tests, and no input. */
export const CHILD = { extendEnv: false, stdin: 'ignore' } as const;

/** How a run of pipeio ended. `events` and `summary` are there where stdout is JSON lines (`--json`). */
export interface Ran {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly Event[];
  /** Throws if the run printed no summary. */
  readonly summary: Summary;
}

type Process = ReturnType<typeof launch>;

/** Starts the bundle without waiting for it. */
export function launch(words: string[], where: { cwd: string; env: Record<string, string | undefined> }) {
  return execa(process.execPath, [CLI, ...words], { ...where, ...CHILD, reject: false });
}

/** A run of pipeio under way. */
export class Started {
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<Ran>;
  readonly #process: Process;
  readonly #waiting = new Set<() => void>();
  #stdout = '';
  #isOver = false;

  constructor(process: Process) {
    this.#process = process;
    process.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stdout += chunk;
      for (const look of [...this.#waiting]) look();
    });
    this.ended = process.then(({ exitCode, signal, stdout, stderr }) => {
      this.#isOver = true;
      for (const look of [...this.#waiting]) look();
      return ranOf(exitCode, signal, stdout, stderr);
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Events so far (`--json`). */
  get events(): readonly Event[] {
    return eventsOf(this.#stdout.slice(0, this.#stdout.lastIndexOf('\n') + 1));
  }

  /** Resolves with the first event that `matches`; rejects if the process ends without. */
  event(matches: (event: Event) => boolean): Promise<Event> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.events.find(matches);
        if (found === undefined && !this.#isOver) return;
        this.#waiting.delete(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`ended without the event; it said:\n${this.#stdout}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Ends it at once if it still runs. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }
}

function ranOf(code: number | undefined, signal: string | undefined, stdout: string, stderr: string): Ran {
  const events = eventsOf(stdout);
  return {
    code,
    signal,
    stdout,
    stderr,
    events,
    get summary() {
      const last = events.at(-1);
      if (last?.type !== 'summary') throw new Error(`no summary: exit code ${code}\n${stdout}\n${stderr}`);
      return last;
    },
  };
}

function eventsOf(stdout: string): Event[] {
  const lines = stdout.split('\n').filter(Boolean);
  return lines[0]?.startsWith('{') ? lines.map((line) => JSON.parse(line) as Event) : [];
}
