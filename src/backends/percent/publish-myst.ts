// The MyST page of a percent notebook: its generated `.md`, with the images that the text refers to.
import { copyFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { relativeName } from '../../engine/names.ts';
import type { Rendered } from '../../engine/page.ts';
import type { Session } from '../../engine/session.ts';
import type { Walk } from '../../engine/walk.ts';
import type { Notebook } from '../../project/notebook.ts';
import { ok, type Result } from '../../result.ts';
import { wantedPairing } from './pairing.ts';
import { isPresent, readSides } from './sides.ts';

/** What the page is made of: the paired markdown, or what it would be made from, and the images that are there. */
export async function walkMarkdown(
  session: Session,
  notebook: Notebook,
  target: string,
): Promise<Result<Walk>> {
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { script, myst } = sides.value;
  const { kernel } = await wantedPairing(session, notebook, sides.value);
  const side = isPresent(myst) ? myst : script;
  return ok([
    ['stage', 'publish:myst'],
    ['name', filesFolder(target)],
    ['markdown', isPresent(myst) ? myst.content : script.projection.source],
    ['kernel', kernel?.name ?? ''],
    ...(await walkImages(session, notebook, side.projection.images)),
  ]);
}

/** The images that a notebook's text refers to; one that is not there counts as that. */
export async function walkImages(
  session: Session,
  notebook: Notebook,
  images: readonly string[],
): Promise<Walk> {
  const walk: [string, string][] = [];
  for (const image of new Set(images.flatMap((image) => [image, withoutEscapes(image)]))) {
    const path = resolve(imageFolder(notebook), image);
    const content = await session.files.digestOf(path);
    walk.push([
      `input ${relativeName(session.project.root, path)}`,
      content.ok ? content.value : 'unreadable',
    ]);
  }
  return walk;
}

/** A reference is a path or a URL: which one, only the file that is there tells. */
function withoutEscapes(image: string): string {
  try {
    return decodeURIComponent(image);
  } catch {
    return image; // a path with a percent sign in it
  }
}

/** Copies the markdown, with its images beside it. */
export async function renderMarkdown(
  session: Session,
  notebook: Notebook,
  target: string,
): Promise<Result<{ files: readonly Rendered[]; seconds: number }>> {
  const markdown = await markdownFile(session, notebook);
  if (!markdown.ok) return markdown;
  const out = await session.files.temporary('.md');
  const args = {
    markdown: markdown.value,
    imagesFrom: imageFolder(notebook),
    files: filesFolder(target),
    out,
  };
  const page = await session.worker.call('render-myst', args, notebook.script);
  if (!page.ok) return page;
  const files: Rendered[] = [{ file: out, to: '' }];
  for (const { from, to } of page.value.images) {
    const copy = await session.files.temporary('.image');
    await copyFile(from, copy);
    files.push({ file: copy, to });
  }
  return ok({ files, seconds: 0 });
}

/** The paired `.md`, or one made for the occasion where the notebook has none. */
async function markdownFile(session: Session, notebook: Notebook): Promise<Result<string>> {
  if (notebook.pairMyst && notebook.myst !== null) return ok(notebook.myst);
  const sides = await readSides(session, notebook);
  if (!sides.ok) return sides;
  const { kernel } = await wantedPairing(session, notebook, sides.value);
  // A page that is no pair must not claim to be one.
  const args = { script: notebook.script, formats: null, kernel };
  return session.conversions.run('to-myst', args, notebook.script);
}

/** The folder beside a page that takes its images, named after the page. */
function filesFolder(target: string): string {
  return `${basename(target, extname(target))}_files`;
}

/** The folder that relative images of a notebook's text start from: where it lies for people. */
export function imageFolder(notebook: Notebook): string {
  return dirname(notebook.ipynb ?? notebook.script);
}
