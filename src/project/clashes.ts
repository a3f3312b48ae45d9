// Finds entries that would take each other's files: none of them can be built before somebody decides.
import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { ConfigFailure, Place } from '../failure.ts';
import { type Candidate, configError, placeOf } from './entry.ts';
import { groupBy } from './group.ts';
import type { Notebook } from './notebook.ts';
import { slashed } from './paths.ts';

/** Adds the candidates that clash to `failed`, and one error for each clash to `problems`. */
export function findClashes(
  root: string,
  candidates: readonly Candidate[],
  failed: Set<Candidate>,
  problems: ConfigFailure[],
): void {
  const shown = (path: string) => slashed(relative(root, path));
  const check = (claims: readonly Claim[], message: (what: string) => string, hint?: string) => {
    for (const [what, group] of groupBy(claims, (claim) => claim.what)) {
      const last = group.at(-1);
      if (last === undefined || group.length < 2) continue;
      const related = group.slice(0, -1).map(({ place }) => ({ place, message: 'the other entry' }));
      problems.push({ ...configError(message(what), last.place, hint), related });
      for (const { by } of group) failed.add(by);
    }
  };
  const claimsOf = (claim: (candidate: Candidate) => string) =>
    candidates
      .filter((by) => by.entry.path !== '' && !failed.has(by))
      .map((by) => ({ by, place: by.place, what: claim(by) }));

  const realScript = realScripts();
  check(
    claimsOf(({ script }) => realScript(script)),
    (path) => `${shown(path)} is registered twice`,
    'remove one of the entries',
  );
  // An id is a workspace folder and a stem, and the same two name the `.ipynb`.
  check(
    claimsOf(({ id }) => id),
    (id) => `two notebooks would be called ${id}, and share one workspace folder`,
    'rename one of the scripts',
  );
  check(
    claimsOf(({ notebook, script }) => notebook?.ipynb ?? script),
    (path) => `two notebooks would share ${shown(path)}`,
    'rename one of the scripts',
  );
  const targets = candidates.filter((by) => !failed.has(by)).flatMap(publishClaims);
  check(
    targets,
    (path) => `two notebooks would be published as ${shown(path)}`,
    'rename one, or give one flow another prefix or docs_dir',
  );

  const own = new Set(candidates.flatMap(({ notebook }) => (notebook === null ? [] : ownFiles(notebook))));
  for (const { by, place, what } of targets) {
    if (!own.has(what)) continue;
    problems.push(
      configError(`publishing would overwrite ${shown(what)}, a notebook's own file`, place, 'set a prefix'),
    );
    failed.add(by);
  }
}

interface Claim {
  readonly by: Candidate;
  readonly place: Place;
  readonly what: string;
}

function publishClaims(by: Candidate): Claim[] {
  if (by.notebook === null || by.notebook.status === 'archived') return [];
  return Object.entries(by.notebook.publish).map(([format, what]) => ({
    by,
    what,
    place: placeOf(by.flow, by.entry, `publish_${format}`),
  }));
}

function ownFiles({ script, ipynb, myst, pairMyst }: Notebook): string[] {
  return [script, ...(ipynb === null ? [] : [ipynb]), ...(myst === null || !pairMyst ? [] : [myst])];
}

/**
 * Gives the file that a script really is. Two links into git-annex's store are two notebooks with the same text, not one
 * notebook. Each folder is resolved only once, which is what makes this cheap.
 */
function realScripts(): (script: string) => string {
  const folders = new Map<string, string>();
  return (script) => {
    try {
      const folder = dirname(script);
      const realFolder = folders.get(folder) ?? realpathSync.native(folder);
      folders.set(folder, realFolder);
      const path = join(realFolder, basename(script));
      if (!lstatSync(path).isSymbolicLink()) return path;
      const real = realpathSync.native(path);
      return slashed(real).includes('/annex/objects/') ? path : real;
    } catch {
      // Missing or a link to nowhere: the build reports it; by its spelling it can still be registered twice.
      return script;
    }
  };
}
