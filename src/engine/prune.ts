// Removes published files whose notebook no longer publishes them; only files that are still as pipeio left them.
import { rm } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import type { Session } from './session.ts';
import { writeFailure } from './write-failure.ts';

/** Prunes, telling each file; with `dryRun` only tells. */
export async function prune(session: Session, dryRun: boolean): Promise<void> {
  const { root } = session.project;
  const notice = (text: string) => session.emit({ type: 'notice', text });
  if (session.project.problems.some(({ severity }) => severity === 'error')) {
    // An entry that cannot be read may well be one that publishes.
    notice('nothing was pruned, since the configuration has errors');
    return;
  }
  const targets = publishedTargets(session);
  for (const [name, published] of [...session.state.allPublished()]) {
    const path = resolve(root, name);
    const target = targets.get(`${published.notebook} ${published.node}`);
    if (target !== undefined && belongsTo(path, target)) continue;
    const content = await session.files.digestOf(path);
    if (!content.ok || content.value === 'missing') {
      if (!dryRun) await session.state.forgetPublished(name);
    } else if (content.value !== published.digest) {
      notice(`${name} is not published any more, but was changed since: left as it is`);
    } else if (dryRun) {
      notice(`would remove ${name}: it is not published any more`);
    } else {
      try {
        await rm(path);
        await session.state.forgetPublished(name);
        notice(`removed ${name}: it is not published any more`);
      } catch (error) {
        notice(`${name} cannot be removed: ${writeFailure(path, error).message}`);
      }
    }
  }
}

/** Where every page that the configuration asks for goes, by notebook and node. */
function publishedTargets(session: Session): ReadonlyMap<string, string> {
  const active = session.project.notebooks.filter(({ status }) => status !== 'archived');
  return new Map(
    active.flatMap(({ id, publish }) =>
      Object.entries(publish).map(([format, target]) => [`${id} publish:${format}`, target] as const),
    ),
  );
}

/** A page, or a file in the folder beside it that takes its images. */
function belongsTo(path: string, target: string): boolean {
  return path === target || path.startsWith(`${target.slice(0, -extname(target).length)}_files${sep}`);
}
