// The backend for marimo notebooks: one reactive `.py`, run and rendered by the `marimo` program's export.
import { parseDigest } from '../../../cache/index.ts';
import { forgetFailed, keepFailed } from '../../engine/failed.ts';
import { assessKeyed, lastGoodTrace } from '../../engine/keyed.ts';
import { assessPage } from '../../engine/page.ts';
import type { Session } from '../../engine/session.ts';
import { storedCopy } from '../../engine/stored.ts';
import { writeFailureOf } from '../../engine/write-failure.ts';
import type { NodeName } from '../../event.ts';
import type { Notebook, PublishFormat } from '../../project/notebook.ts';
import { err, ok } from '../../result.ts';
import { type Backend, type NodeSpec, taskName } from '../backend.ts';
import { exportNotebook, walkCode, walkRun } from './export.ts';

/** The page that the run itself makes. */
const PAGE = 'page.html';

/** See `Backend`. */
export const marimoBackend: Backend = {
  format: 'marimo',
  nodes,
  assess: (session, notebook, node) =>
    node === 'exec' ? assessExec(session, notebook) : assessPublish(session, notebook, node),
  files: async (_session, notebook) => ok([{ path: notebook.script, standing: 'source' }]),
  codeDigest: async (session, notebook) => {
    const walk = await walkCode(session, notebook);
    return walk.ok ? ok(JSON.stringify(walk.value)) : walk;
  },
};

function nodes(notebook: Notebook): NodeSpec[] {
  if (notebook.status === 'archived') return [];
  const specs: NodeSpec[] = notebook.executes ? [{ node: 'exec', pool: 'kernel', after: [] }] : [];
  for (const format of Object.keys(notebook.publish) as PublishFormat[]) {
    const pool = runsItself(notebook, format) ? 'kernel' : 'light';
    specs.push({ node: `publish:${format}`, pool, after: notebook.executes ? ['exec'] : [] });
  }
  return specs;
}

/** Whether making a page runs the notebook: the HTML page of one with an exec node is what that run made. */
function runsItself(notebook: Notebook, format: PublishFormat): boolean {
  return format === 'ipynb' || (format === 'html' && !notebook.executes);
}

/** The run is the export: its page is the result, kept in the store until it is published. */
function assessExec(session: Session, notebook: Notebook) {
  session.results.delete(notebook.id);
  return assessKeyed(session, {
    task: taskName(notebook, 'exec'),
    notebook: notebook.id,
    runs: 'execute',
    describe: () => walkRun(session, notebook, 'exec'),
    isInPlace: async (trace) => {
      const page = trace.outputs[0];
      return ok(page !== undefined && (await session.cache.blobs.has(page.digest, page.size)));
    },
    whyRestore: async () => undefined,
    restore: async () => ok(undefined),
    run: async (signal) => {
      const exported = await exportNotebook(session, notebook, 'exec', 'html', signal);
      if (!exported.ok) {
        const lastGood = lastGoodTrace(session, taskName(notebook, 'exec'))?.outputs[0]?.digest;
        return err(await keepFailed(session, notebook, exported.error, '.html', lastGood));
      }
      const stored = await session.cache.blobs.putFile(exported.value.file);
      if (!stored.ok) return err(writeFailureOf(stored.error.path, stored.error.code));
      await forgetFailed(session, notebook);
      const { digest, size } = stored.value;
      return ok({ outputs: [{ name: PAGE, digest, size }], facts: null, seconds: exported.value.seconds });
    },
    settled: async (trace) => {
      const page = trace.outputs[0];
      if (page !== undefined) session.results.set(notebook.id, page.digest);
      await session.state.setFailure(notebook.id, undefined);
    },
  });
}

function assessPublish(session: Session, notebook: Notebook, node: NodeName) {
  const format = node.replace('publish:', '') as PublishFormat;
  const target = notebook.publish[format];
  if (target === undefined) throw new Error(`${notebook.id} is not published as ${format}`);
  const runs = runsItself(notebook, format) ? ('execute' as const) : ('update' as const);
  const base = { notebook, node, task: taskName(notebook, node), target, runs };
  if (format === 'html' && notebook.executes) {
    return assessPage(session, {
      ...base,
      describe: async () => {
        const page = session.results.get(notebook.id);
        return page === undefined
          ? err(notExecuted(notebook))
          : ok([
              ['stage', node],
              ['outputs', page],
            ]);
      },
      render: () => copyOfRun(session, notebook),
    });
  }
  return assessPage(session, {
    ...base,
    describe: () =>
      runs === 'execute' ? walkRun(session, notebook, node) : walkCode(session, notebook, node),
    render: async (signal) => {
      const to = format === 'myst' ? 'md' : format;
      const exported = await exportNotebook(session, notebook, node, to, signal);
      if (!exported.ok) return exported;
      return ok({ files: [{ file: exported.value.file, to: '' }], seconds: exported.value.seconds });
    },
  });
}

async function copyOfRun(session: Session, notebook: Notebook) {
  const digest = parseDigest(session.results.get(notebook.id) ?? '');
  if (digest === undefined) return err(notExecuted(notebook));
  const copy = await storedCopy(session, digest, '.html');
  return copy.ok ? ok({ files: [{ file: copy.value, to: '' }], seconds: 0 }) : copy;
}

function notExecuted(notebook: Notebook) {
  return { reason: 'not-executed', path: notebook.script, message: 'it has not been executed yet' } as const;
}
