// The effects a command may have on the process around it, in one small interface; the one place that touches `process`.

/** What commands see of the outer world. */
export interface Deps {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly stdout: { write(text: string): void; readonly isTTY: boolean; readonly columns: number };
  readonly stderr: { write(text: string): void };
  readonly setExitCode: (code: number) => void;
  /** Calls back at SIGINT, SIGTERM, SIGHUP and a closed output until the returned function is called. */
  readonly onInterrupt: (callback: (signal: NodeJS.Signals) => void) => () => void;
  /** Ends the process at once: only for a second Ctrl-C. */
  readonly exitNow: (code: number) => never;
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The real process. A reader that goes away (`pipeio build | head`) is taken for an interrupt: whoever listens stops
 * what runs, and with nobody listening there is nothing left to say.
 */
export function realDeps(): Deps {
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      for (const listener of listeners) listener('SIGPIPE');
      listeners.clear();
    });
  }
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    pid: process.pid,
    now: Date.now,
    stdout: {
      write: (text) => void process.stdout.write(text),
      isTTY: process.stdout.isTTY === true,
      columns: process.stdout.columns ?? 80,
    },
    stderr: { write: (text) => void process.stderr.write(text) },
    setExitCode: (code) => {
      process.exitCode = code;
    },
    onInterrupt: (callback) => {
      listeners.add(callback);
      for (const signal of INTERRUPTS) process.on(signal, callback);
      return () => {
        listeners.delete(callback);
        for (const signal of INTERRUPTS) process.off(signal, callback);
      };
    },
    exitNow: (code) => process.exit(code),
  };
}
