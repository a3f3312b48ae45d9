// The backend for jupytext percent notebooks: `.py` with a paired `.ipynb` and `.md`, run by a Jupyter kernel.
import type { NodeName } from '../../event.ts';
import type { Notebook, PublishFormat } from '../../project/notebook.ts';
import type { Backend, NodeSpec } from '../backend.ts';
import { codeDigest } from './code.ts';
import { assessExec } from './exec.ts';
import { assessPair } from './pair.ts';
import { assessPublish } from './publish.ts';
import { standings } from './standings.ts';
import { assessSync } from './sync.ts';

/** See `Backend`. */
export const percentBackend: Backend = {
  format: 'percent',
  nodes,
  assess: (session, notebook, node) => {
    switch (node) {
      case 'pair':
        return assessPair(session, notebook);
      case 'sync':
        return assessSync(session, notebook);
      case 'exec':
        return assessExec(session, notebook);
      default:
        return assessPublish(session, notebook, node);
    }
  },
  files: standings,
  codeDigest,
};

function nodes(notebook: Notebook): NodeSpec[] {
  if (notebook.status === 'archived') return [];
  const specs: NodeSpec[] = [{ node: 'pair', pool: 'light', after: [] }];
  let last: NodeName = 'pair';
  if (notebook.formats !== null) {
    specs.push({ node: 'sync', pool: 'light', after: [last] });
    last = 'sync';
  }
  if (notebook.executes) {
    specs.push({ node: 'exec', pool: 'kernel', after: [last] });
    last = 'exec';
  }
  for (const format of Object.keys(notebook.publish) as PublishFormat[]) {
    specs.push({ node: `publish:${format}`, pool: 'light', after: [last] });
  }
  return specs;
}
