// Stage publish of a percent notebook: its pages in MyST, HTML and as a notebook.
import { copyFile } from 'node:fs/promises';
import { assessPage, type Page, type Rendered } from '../../engine/page.ts';
import type { Session } from '../../engine/session.ts';
import type { Verdict } from '../../engine/verdict.ts';
import { keyOf, type Walk } from '../../engine/walk.ts';
import type { NodeName } from '../../event.ts';
import type { Failure } from '../../failure.ts';
import type { Notebook, PublishFormat } from '../../project/notebook.ts';
import { err, ok, type Result } from '../../result.ts';
import { taskName } from '../backend.ts';
import { executedFile, executedOf } from './executed.ts';
import { renderMarkdown, walkMarkdown } from './publish-myst.ts';
import { isPresent, readSides } from './sides.ts';

/** An executed notebook to publish: a file to render from, and what it says. */
interface Source {
  readonly file: string;
  readonly walk: Walk;
}

/** Looks at one page of a notebook. */
export async function assessPublish(
  session: Session,
  notebook: Notebook,
  node: NodeName,
): Promise<Result<Verdict>> {
  const format = node.replace('publish:', '') as PublishFormat;
  const target = notebook.publish[format];
  if (target === undefined) throw new Error(`${notebook.id} is not published as ${format}`);
  const base = { notebook, node, task: taskName(notebook, node), target, runs: 'update' as const };
  const page: Page =
    format === 'myst'
      ? {
          ...base,
          describe: () => walkMarkdown(session, notebook),
          render: () => renderMarkdown(session, notebook, target),
        }
      : {
          ...base,
          describe: () => describe(session, notebook, node),
          render: () => render(session, notebook, format),
        };
  return assessPage(session, page);
}

async function describe(session: Session, notebook: Notebook, node: NodeName): Promise<Result<Walk>> {
  const source = await sourceOf(session, notebook);
  if (!source.ok) return source;
  const version = node === 'publish:html' ? await exporterVersion(session) : [];
  return ok([['stage', node], ...source.value.walk, ...version]);
}

async function exporterVersion(session: Session): Promise<Walk> {
  const python = await session.python.workerPython();
  if (!python.ok) return [];
  const versions = await session.python.installed(python.value);
  return [['version nbconvert', versions.get('nbconvert') ?? 'unknown']];
}

async function render(session: Session, notebook: Notebook, format: 'html' | 'ipynb') {
  const source = await sourceOf(session, notebook);
  if (!source.ok) return source;
  if (format === 'html') {
    const args = { notebook: source.value.file, name: notebook.stem };
    const page = await session.conversions.run('render-html', args, notebook.script);
    return page.ok ? ok(single(page.value)) : page;
  }
  const copy = await session.files.temporary('.ipynb');
  await copyFile(source.value.file, copy);
  return ok(single(copy));
}

function single(file: string): { files: Rendered[]; seconds: number } {
  return { files: [{ file, to: '' }], seconds: 0 };
}

/** The notebook with the outputs of its last good run: the `.ipynb`, or the stored one where there is no pair. */
async function sourceOf(session: Session, notebook: Notebook): Promise<Result<Source>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { script, ipynb } = sides.value;
  if (isPresent(ipynb) && notebook.ipynb !== null) {
    const { source, outputs, extras } = ipynb.projection;
    return ok({ file: notebook.ipynb, walk: walkOf(source, outputs ?? '', extras) });
  }
  const last = session.state.last(taskName(notebook, 'exec'));
  const results = session.results.get(notebook.id);
  const traces = last === undefined ? [] : session.cache.traces.get(keyOf(last.walk));
  const trace = traces.find((candidate) => executedOf(candidate).outputs === results) ?? traces[0];
  if (trace === undefined) return err(notExecuted(notebook));
  const executed = executedOf(trace);
  const file = await executedFile(session, notebook.script, script.projection.source, executed);
  if (!file.ok) return file;
  return ok({ file: file.value, walk: walkOf(script.projection.source, executed.outputs, executed.extras) });
}

function walkOf(source: string, outputs: string, extras: string | null): Walk {
  return [
    ['source', source],
    ['outputs', outputs],
    ['extras', extras ?? ''],
  ];
}

function notExecuted(notebook: Notebook): Failure {
  return { reason: 'not-executed', path: notebook.script, message: 'it has not been executed yet' };
}
