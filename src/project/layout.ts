// Where the other files of a percent notebook lie, seen from its script.
import { basename, dirname, join } from 'node:path';
import type { Layout } from './notebook.ts';

/** The pair of a script. Absolute paths, where the files stand or would stand. */
export interface PairPaths {
  readonly layout: Layout;
  readonly ipynb: string;
  readonly myst: string;
}

/** The layout that the place of `script` (absolute, `.py`) means: `.src/` has its own, anywhere else is siblings. */
export function pairPaths(script: string): PairPaths {
  const folder = dirname(script);
  const stem = basename(script, '.py');
  if (basename(folder) !== '.src') {
    return { layout: 'siblings', ipynb: join(folder, `${stem}.ipynb`), myst: join(folder, `${stem}.md`) };
  }
  const workspace = dirname(folder);
  return {
    layout: 'split',
    ipynb: join(workspace, `${stem}.ipynb`),
    myst: join(workspace, '.myst', `${stem}.md`),
  };
}

/** Jupytext's `formats` for a pair, or null where nothing is paired. */
export function pairFormats(
  layout: Layout,
  { ipynb, myst }: { readonly ipynb: boolean; readonly myst: boolean },
): string | null {
  if (!ipynb && !myst) return null;
  const [script, markdown] =
    layout === 'split' ? ['.src//py:percent', '.myst//md:myst'] : ['py:percent', 'md:myst'];
  return [...(ipynb ? ['ipynb'] : []), script, ...(myst ? [markdown] : [])].join(',');
}
