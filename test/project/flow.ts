// Loads a project of one flow for a test, and says in one line each what is wrong with it.
import { relative } from 'node:path';
import type { Place } from '../../src/failure.ts';
import { loadProject } from '../../src/project/load.ts';
import type { Project } from '../../src/project/project.ts';
import { tree } from './tree.ts';

/** Loads a project of one flow `f`; `yml` is its notebook.yml. */
export async function flow(yml: string, files: Readonly<Record<string, string>> = {}): Promise<Project> {
  return loadProject({ root: tree({ 'code/pipelines/f/notebooks/notebook.yml': yml, ...files }) });
}

const at = (root: string, { file, line, column }: Place) =>
  `${relative(root, file).replace('code/pipelines/', '')}:${line}:${column}`;

/** Problems as `file:line:column message`, with the related places behind. */
export function told({ root, problems }: Project): string[] {
  return problems.map(({ place, message, related = [] }) =>
    [place ? at(root, place) : '-', message, ...related.map((other) => `& ${at(root, other.place)}`)].join(
      ' ',
    ),
  );
}

/** Ids of the notebooks that are left. */
export const ids = (project: Project) => project.notebooks.map(({ id }) => id);
