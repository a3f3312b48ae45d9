// Turns what a worker tells of one run into the build's own events.
import type { NodeName, NodeRef } from '../event.ts';
import type { Notebook } from '../project/notebook.ts';
import type { WorkerEvent } from '../worker/protocol.ts';
import type { Session } from './session.ts';

/** Which node an event is about. */
export function refOf(notebook: Notebook, node: NodeName): NodeRef {
  return { notebook: notebook.id, name: notebook.name, node };
}

/** Emits worker events as events of this node. */
export function emitterFor(
  session: Session,
  notebook: Notebook,
  node: NodeName,
  kernel: string,
): (event: WorkerEvent) => void {
  const ref = refOf(notebook, node);
  return (event) => {
    if (event.type === 'kernel-started') {
      session.emit({ type: 'kernel-started', kernel, seconds: event.seconds, ...ref });
    } else {
      session.emit({ ...event, ...ref });
    }
  };
}
