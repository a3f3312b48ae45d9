// Selects the notebooks that somebody names on the command line.
import { resolve } from 'node:path';
import picomatch from 'picomatch';
import { didYouMean } from '../config/suggest.ts';
import type { UsageFailure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import type { Notebook } from './notebook.ts';
import { inside, isBelow } from './paths.ts';
import type { Project } from './project.ts';

/**
 * Ids of the notebooks that `targets` name, each once, in the project's order; all of them where nothing is named.
 * A target is tried as: id; flow, or the beginning of one, or a workspace; name; flow and name; path of a `.py`, `.ipynb`, `.md` or of a
 * folder that holds some, relative to `cwd` or the root; glob over ids and names. The first reading that fits is taken;
 * what begins with `.` or `/` as paths do is only read as one.
 */
export function selectNotebooks(
  project: Pick<Project, 'root' | 'flows' | 'notebooks'>,
  targets: readonly string[],
  cwd: string,
): Result<readonly string[], UsageFailure> {
  if (targets.length === 0) return ok(project.notebooks.map(({ id }) => id));
  const chosen = new Set<Notebook>();
  for (const target of targets) {
    const found = matches(project, target, cwd);
    if (found === null) return err(unknownTarget(project, target));
    for (const notebook of found) chosen.add(notebook);
  }
  return ok(project.notebooks.filter((notebook) => chosen.has(notebook)).map(({ id }) => id));
}

function matches(
  { root, flows, notebooks }: Pick<Project, 'root' | 'flows' | 'notebooks'>,
  target: string,
  cwd: string,
): readonly Notebook[] | null {
  const some = (test: (notebook: Notebook) => boolean) => {
    const found = notebooks.filter(test);
    return found.length > 0 ? found : null;
  };
  const group = target.replace(/\/+$/, '');
  const ofFlow = ({ name }: { readonly name: string }) => name === group || name.startsWith(`${group}/`);
  const isPath = /^(\.{0,2}\/|\.{1,2}$)/.test(target);
  const byName = isPath
    ? null
    : (some(({ id }) => id === target) ??
      some(({ id, flow }) => ofFlow(flow) || id.startsWith(`${group}/`)) ??
      some(({ stem }) => stem === target) ??
      some(({ flow, stem }) => `${flow.name}/${stem}` === target));
  if (byName !== null) return byName;

  for (const base of [cwd, root]) {
    const path = inside(root, resolve(base, target));
    if (path === null) continue;
    const files = ({ script, ipynb, myst }: Notebook) => [script, ipynb, myst];
    const found =
      some((notebook) => files(notebook).includes(path)) ?? some(({ script }) => isBelow(path, script));
    if (found !== null) return found;
  }
  if (/[*?[{]/.test(target)) {
    const fits = picomatch(target, { dot: true });
    return some(({ id, flow, stem }) => fits(id) || fits(stem) || fits(`${flow.name}/${stem}`));
  }
  // A flow of which nothing can be built is still a flow: its problems are told, it is no slip of the finger.
  return flows.some(ofFlow) ? [] : null;
}

function unknownTarget(
  { flows, notebooks }: Pick<Project, 'flows' | 'notebooks'>,
  target: string,
): UsageFailure {
  const known = [...notebooks.flatMap(({ id, stem }) => [stem, id]), ...flows.map(({ name }) => name)];
  const last =
    target
      .split('/')
      .at(-1)
      ?.replace(/\.(py|ipynb|md)$/, '') ?? target;
  return {
    reason: 'usage',
    message: `nothing is called ${target}`,
    hint: '"pipeio nb status" lists every notebook',
    ...didYouMean(last, known),
    ...didYouMean(target, known),
  };
}
