// Prints each event as one line of JSON, for scripts and CI.
import type { Event, Reporter } from '../event.ts';

/** One event a line; the summary comes last, its keys in a fixed order and its seconds to the millisecond. */
export function jsonReporter({ stdout }: { stdout: { write(text: string): void } }): Reporter {
  return {
    handle: (event) => stdout.write(`${JSON.stringify(tidy(event))}\n`),
    close: async () => {},
  };
}

function tidy(event: Event): Event {
  if (event.type !== 'summary') return event;
  return {
    type: 'summary',
    notebooks: event.notebooks,
    executed: event.executed,
    restored: event.restored,
    updated: event.updated,
    fresh: event.fresh,
    failed: event.failed,
    conflict: event.conflict,
    blocked: event.blocked,
    kernels_started: event.kernels_started,
    python_started: event.python_started,
    seconds: Math.round(event.seconds * 1000) / 1000,
  };
}
