// A published file as a keyed node's output: rendered, stored, put in place, and remembered as pipeio's own.
import { dirname, join } from 'node:path';
import type { Trace, TraceOutput } from '../../cache/index.ts';
import type { NodeName } from '../event.ts';
import type { Notebook } from '../project/notebook.ts';
import { err, ok, type Result } from '../result.ts';
import { assessKeyed, type KeyedNode } from './keyed.ts';
import { relativeName } from './names.ts';
import type { Session } from './session.ts';
import { storedCopy } from './stored.ts';
import type { Verdict } from './verdict.ts';
import type { Walk } from './walk.ts';
import { writeFailureOf } from './write-failure.ts';

/** A temporary file and where it goes, relative to the folder of the page; the page itself is `''`. */
export interface Rendered {
  readonly file: string;
  readonly to: string;
}

/** A page of a notebook in one format. */
export interface Page {
  readonly notebook: Notebook;
  readonly node: NodeName;
  readonly task: string;
  /** Absolute path of the page. */
  readonly target: string;
  readonly runs: 'execute' | 'update';
  describe(): Promise<Result<Walk>>;
  /** Renders into temporary files. */
  render(
    signal: AbortSignal,
  ): Promise<Result<{ readonly files: readonly Rendered[]; readonly seconds: number }>>;
}

/** Looks at a page. */
export function assessPage(session: Session, page: Page): Promise<Result<Verdict>> {
  const node: KeyedNode = {
    task: page.task,
    notebook: page.notebook.id,
    runs: page.runs,
    describe: page.describe,
    isInPlace: (trace) => isInPlace(session, page, trace),
    whyRestore: async (trace) =>
      (await isStored(session, trace)) ? 'the published file is missing or changed' : undefined,
    restore: (trace) => restore(session, page, trace),
    run: (signal) => render(session, page, signal),
    settled: (trace) => record(session, page, trace),
  };
  return assessKeyed(session, node);
}

async function isInPlace(session: Session, page: Page, trace: Trace): Promise<Result<boolean>> {
  for (const output of trace.outputs) {
    const content = await session.files.digestOf(placeOf(page, output.name));
    if (!content.ok) return content;
    if (content.value !== output.digest) return ok(false);
  }
  return ok(true);
}

async function isStored(session: Session, trace: Trace): Promise<boolean> {
  for (const { digest, size } of trace.outputs) {
    if (!(await session.cache.blobs.has(digest, size))) return false;
  }
  return true;
}

async function restore(session: Session, page: Page, trace: Trace): Promise<Result<void>> {
  for (const output of trace.outputs) {
    const copy = await storedCopy(session, output.digest, '.page');
    if (!copy.ok) return copy;
    const placed = await place(session, page, copy.value, output.name);
    if (!placed.ok) return placed;
  }
  return ok(undefined);
}

async function render(session: Session, page: Page, signal: AbortSignal) {
  const rendered = await page.render(signal);
  if (!rendered.ok) return rendered;
  const outputs: TraceOutput[] = [];
  for (const { file, to } of rendered.value.files) {
    const stored = await session.cache.blobs.putFile(file);
    if (!stored.ok) return err(writeFailureOf(stored.error.path, stored.error.code));
    const placed = await place(session, page, file, to);
    if (!placed.ok) return placed;
    outputs.push({ name: to, digest: stored.value.digest, size: stored.value.size });
  }
  return ok({ outputs, facts: null, seconds: rendered.value.seconds });
}

async function place(session: Session, page: Page, file: string, to: string): Promise<Result<unknown>> {
  const target = placeOf(page, to);
  const before = await session.files.digestOf(target);
  if (!before.ok) return before;
  return session.files.replace(file, target, before.value);
}

function placeOf(page: Page, name: string): string {
  return name === '' ? page.target : join(dirname(page.target), name);
}

async function record(session: Session, page: Page, trace: Trace): Promise<void> {
  for (const output of trace.outputs) {
    const name = relativeName(session.project.root, placeOf(page, output.name));
    const known = session.state.published(name);
    if (known?.digest === output.digest && known.notebook === page.notebook.id) continue;
    await session.state.setPublished(name, {
      notebook: page.notebook.id,
      node: page.node,
      digest: output.digest,
      at: session.now(),
    });
  }
}
