// What a run told of the notebooks that failed, by their names.
import type { Event } from '../../src/event.ts';
import type { Failure } from '../../src/failure.ts';

/** The failure of each notebook that failed, and the node in which it did. */
export function failuresOf(events: readonly Event[]): Record<string, Failure & { node: string }> {
  return Object.fromEntries(
    events.flatMap((event) =>
      event.type === 'node-failed' ? [[event.name, { ...event.failure, node: event.node }] as const] : [],
    ),
  );
}

/** Names of the notebooks in which cells ran to their end, sorted. */
export function ranIn(events: readonly Event[]): string[] {
  const names = events.flatMap((event) =>
    event.type === 'node-finished' && event.outcome === 'executed' ? [event.name] : [],
  );
  return names.sort();
}
