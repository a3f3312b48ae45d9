// Resolves `depends_on` between entries into ids, and refuses what can never be waited for.
import { resolve } from 'node:path';
import { didYouMean } from '../config/suggest.ts';
import type { ConfigFailure, Place } from '../failure.ts';
import { type Candidate, configError, placeOf } from './entry.ts';
import { groupBy } from './group.ts';

interface Wait {
  readonly on: Candidate;
  readonly place: Place;
}

/**
 * Whom each candidate waits for. Candidates whose `depends_on` is wrong, that take part in a cycle, or that wait for a
 * failed one join `failed`; each such case adds an error to `problems`. Archived entries wait for nobody.
 */
export function resolveDependencies(
  candidates: readonly Candidate[],
  failed: Set<Candidate>,
  problems: ConfigFailure[],
): Map<Candidate, readonly string[]> {
  const lookUp = finder(candidates);
  const waits = new Map<Candidate, Wait[]>();
  for (const candidate of candidates) {
    const found: Wait[] = [];
    const { fields } = candidate.entry;
    const names = fields === null || fields.status === 'archived' ? [] : fields.depends_on;
    for (const [index, name] of names.entries()) {
      const place = placeOf(candidate.flow, candidate.entry, `depends_on.${index}`);
      const answer = lookUp(candidate, name, place);
      if ('on' in answer) {
        found.push(answer);
      } else {
        problems.push(answer);
        failed.add(candidate);
      }
    }
    waits.set(candidate, found);
  }
  refuseCycles(waits, failed, problems);
  spreadFailure(waits, failed, problems);
  return new Map(
    [...waits].map(([candidate, found]) => [candidate, [...new Set(found.map(({ on }) => on.id))]]),
  );
}

type Finder = (from: Candidate, name: string, place: Place) => Wait | ConfigFailure;

function finder(candidates: readonly Candidate[]): Finder {
  const named = candidates.filter(({ entry }) => entry.path !== '');
  const byStem = groupBy(named, ({ stem }) => stem);
  const byId = groupBy(named, ({ id }) => id);
  const byFile = groupBy(
    named.flatMap((on) => [on.script, on.notebook?.ipynb ?? on.script].map((file) => ({ file, on }))),
    ({ file }) => file,
  );
  return (from, name, place) => {
    const stems = byStem.get(name) ?? [];
    const ownFlow = stems.filter(({ flow }) => flow === from.flow);
    const file = byFile.get(resolve(from.flow.folder, name))?.map(({ on }) => on);
    const found = [ownFlow, stems, byId.get(name), byId.get(`${from.flow.name}/${name}`), file].find(
      (some) => some !== undefined && some.length > 0,
    );
    const [on, ...others] = new Set(found);
    if (on === undefined) {
      const known = named.filter((other) => other !== from).flatMap(({ stem, id }) => [stem, id]);
      return { ...configError(`no notebook "${name}" to wait for`, place), ...didYouMean(name, known) };
    }
    if (others.length > 0) {
      const ids = [on, ...others].map(({ id }) => id).join(', ');
      return configError(`"${name}" may be any of ${ids}`, place, 'write the one that is meant in full');
    }
    if (on.entry.fields?.status === 'archived') {
      return configError(`"${name}" is archived and never built`, place, 'remove it from depends_on');
    }
    return { on, place };
  };
}

/** One error for each cycle, at the `depends_on` item that closes it. */
function refuseCycles(
  waits: ReadonlyMap<Candidate, readonly Wait[]>,
  failed: Set<Candidate>,
  problems: ConfigFailure[],
): void {
  const done = new Set<Candidate>();
  for (const start of waits.keys()) {
    if (done.has(start)) continue;
    const trail: { readonly at: Candidate; readonly rest: Iterator<Wait>; readonly cameBy: Place | null }[] =
      [];
    const enter = (at: Candidate, cameBy: Place | null) =>
      trail.push({ at, cameBy, rest: (waits.get(at) ?? []).values() });
    enter(start, null);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        done.add(top.at);
        trail.pop();
        continue;
      }
      const { on, place } = next.value;
      const from = trail.findIndex(({ at }) => at === on);
      if (from === -1) {
        if (!done.has(on)) enter(on, place);
        continue;
      }
      const cycle = trail.slice(from);
      const names = [...cycle.map(({ at }) => at.id), on.id].join(' -> ');
      const related = cycle
        .slice(1)
        .flatMap(({ cameBy }) => (cameBy === null ? [] : [{ place: cameBy, message: 'part of the cycle' }]));
      problems.push({ ...configError(`notebooks wait for each other: ${names}`, place), related });
      for (const { at } of cycle) failed.add(at);
    }
  }
}

/** Nobody may run without what it waits for, so an error reaches all that wait for it. */
function spreadFailure(
  waits: ReadonlyMap<Candidate, readonly Wait[]>,
  failed: Set<Candidate>,
  problems: ConfigFailure[],
): void {
  const waiters = new Map<Candidate, { readonly by: Candidate; readonly place: Place }[]>();
  for (const [by, found] of waits) {
    for (const { on, place } of found) waiters.set(on, [...(waiters.get(on) ?? []), { by, place }]);
  }
  const pending = [...failed];
  for (let on = pending.pop(); on !== undefined; on = pending.pop()) {
    for (const { by, place } of waiters.get(on) ?? []) {
      if (failed.has(by)) continue;
      failed.add(by);
      pending.push(by);
      problems.push(configError(`waits for ${on.id}, whose entry has errors`, place));
    }
  }
}
