// Stage publish of a percent notebook: its pages in MyST, HTML and as a notebook.
import { lastGoodTrace } from '../../engine/keyed.ts';
import { assessPage, type Page, type Rendered } from '../../engine/page.ts';
import type { Session } from '../../engine/session.ts';
import type { Verdict } from '../../engine/verdict.ts';
import type { Walk } from '../../engine/walk.ts';
import type { NodeName } from '../../event.ts';
import type { Failure } from '../../failure.ts';
import type { Notebook, PublishFormat } from '../../project/notebook.ts';
import { err, ok, type Result } from '../../result.ts';
import { taskName } from '../backend.ts';
import { executedFile, executedOf } from './executed.ts';
import { imageFolder, renderMarkdown, walkImages, walkMarkdown } from './publish-myst.ts';
import { isPresent, type Present, readSides } from './sides.ts';

/** Raised when the worker renders pages otherwise, so that they are rendered anew. */
const PAGE_FORMAT = '1';

/** An executed notebook to publish: a file to render from, and what it says. */
interface Source {
  readonly file: () => Promise<Result<string>>;
  readonly walk: Walk;
  /** Relative paths of images in its text. */
  readonly images: readonly string[];
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
          describe: () => walkMarkdown(session, notebook, target),
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
  const walk: Walk = [['stage', node], ['name', notebook.stem], ...source.value.walk];
  if (node !== 'publish:html') return ok(walk);
  return ok([
    ...walk,
    ...(await walkImages(session, notebook, source.value.images)),
    ...(await exporterVersion(session)),
  ]);
}

async function exporterVersion(session: Session): Promise<Walk> {
  const python = await session.python.workerPython();
  if (!python.ok) return [];
  const versions = await session.python.installed(python.value);
  return [
    ['version nbconvert', versions.get('nbconvert') ?? 'unknown'],
    ['version pages', PAGE_FORMAT],
  ];
}

async function render(session: Session, notebook: Notebook, format: 'html' | 'ipynb') {
  const source = await sourceOf(session, notebook);
  if (!source.ok) return source;
  const file = await source.value.file();
  if (!file.ok) return file;
  if (format === 'html') {
    const out = await session.files.temporary('.html');
    const args = { notebook: file.value, name: notebook.stem, imagesFrom: imageFolder(notebook), out };
    const page = await session.worker.call('render-html', args, notebook.script);
    return page.ok ? ok(single(out)) : page;
  }
  // The copy is no side of the pair and must not say that it is one.
  const args = { path: file.value, format: 'ipynb' as const, formats: null, kernel: null };
  const copy = await session.conversions.run('set-pairing', args, notebook.script);
  return copy.ok ? ok(single(copy.value)) : copy;
}

function single(file: string): { files: Rendered[]; seconds: number } {
  return { files: [{ file, to: '' }], seconds: 0 };
}

/** The notebook with the outputs of its last good run: the `.ipynb`, or the stored one where there is no pair. */
async function sourceOf(session: Session, notebook: Notebook): Promise<Result<Source>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { script, ipynb } = sides.value;
  if (!notebook.executes) return ok(withoutOutputs(session, notebook, script));
  if (isPresent(ipynb) && notebook.ipynb !== null) {
    const { source, outputs, extras, images } = ipynb.projection;
    const path = notebook.ipynb;
    return ok({ file: async () => ok(path), walk: walkOf(source, outputs ?? '', extras), images });
  }
  const trace = lastGoodTrace(session, taskName(notebook, 'exec'));
  if (trace === undefined) return err(notExecuted(notebook));
  const executed = executedOf(trace);
  const { source, images } = script.projection;
  return ok({
    file: () => executedFile(session, notebook.script, source, executed),
    walk: walkOf(source, executed.outputs, executed.extras),
    images,
  });
}

/** A notebook that is not executed is published as it is written: outputs of unknown origin would not be its own. */
function withoutOutputs(session: Session, notebook: Notebook, { projection }: Present): Source {
  const args = { script: notebook.script, previous: null, formats: null, kernel: null };
  return {
    file: () => session.conversions.run('to-notebook', args, notebook.script),
    walk: walkOf(projection.source, '', null),
    images: projection.images,
  };
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
