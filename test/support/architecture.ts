// The rules that keep the parts of the repository apart, as pure functions from sources to violations.
import { posix } from 'node:path';

/** A source file: its path relative to the repository with `/`, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Gives a sentence per violation; none where the rule holds. */
export type Rule = (sources: readonly Source[]) => string[];

const MAX_LINES = 300;
const EFFECTS = 'src/deps.ts';

const FACT = '(?:arch|execPath|kill|pid|platform|version|versions)(?: as \\w+)?';
const PROCESS_FACTS = new RegExp(`^\\{\\s*${FACT}(?:,\\s*${FACT})*,?\\s*\\}$`);
const IMPORT = /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** What a TypeScript file imports, as written: static, type-only, re-exported and dynamic. */
export function importsOf({ text }: Source): string[] {
  const found = [...text.matchAll(IMPORT), ...text.matchAll(DYNAMIC)];
  return found.map((match) => match[1] ?? match[2] ?? '');
}

/** `graph/` imports itself and p-queue; `cache/` imports itself, node built-ins and xxhash-wasm. */
export const partsStandAlone: Rule = (sources) =>
  complain(sources, (source, target) => {
    if (source.path.startsWith('graph/')) return inside('graph/', target) || target === 'p-queue';
    if (source.path.startsWith('cache/'))
      return inside('cache/', target) || target.startsWith('node:') || target === 'xxhash-wasm';
    return true;
  });

/** `src/` reaches `graph/` and `cache/` through their doors only. */
export const doorsOnly: Rule = (sources) =>
  complain(sources, (source, target) => {
    if (!source.path.startsWith('src/')) return true;
    if (!inside('graph/', target) && !inside('cache/', target)) return true;
    return target === 'graph/index.ts' || target === 'cache/index.ts';
  });

/** Reports see events and failures: of `src/` they import nothing else. */
export const reportsSeeEvents: Rule = (sources) =>
  complain(sources, (source, target) => {
    if (!source.path.startsWith('src/report/') || !/^(?:src|graph|cache)\//.test(target)) return true;
    return inside('src/report/', target) || target === 'src/event.ts' || target === 'src/failure.ts';
  });

/** No file imports itself by any way round; types count. */
export const noCycles: Rule = (sources) => {
  const edges = new Map(sources.map((source) => [source.path, targetsOf(source)]));
  const state = new Map<string, 'open' | 'closed'>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'open')
      cycles.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`);
    if (state.has(path)) return;
    state.set(path, 'open');
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    state.set(path, 'closed');
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
};

/** Only the file of effects touches the process and nobody the console; facts of the process may be imported by name. */
export const effectsInOnePlace: Rule = (sources) =>
  sources
    .filter(({ path }) => path !== EFFECTS)
    .flatMap(({ path, text }) => [
      ...[...code(text).matchAll(/(?<![.\w#'"/-])(?:console|process)\s*(?:\.|\?\.|\[)\s*\w+/g)].map(
        ([use]) => `${path} uses ${use}`,
      ),
      ...[...text.matchAll(/^import\s+([^;']*?)\s+from\s+'(?:node:)?process'/gm)]
        .filter(([, names = '']) => !PROCESS_FACTS.test(names))
        .map(([, names]) => `${path} imports ${names} of the process`),
    ]);

/** A file says in its first line what it is for. */
export const purposeFirst: Rule = (sources) =>
  sources
    .filter(({ path, text }) => !purposeOf(path).test(text.replace(/^#!.*\n/, '')))
    .map(({ path }) => `${path} does not start with a comment that states its purpose`);

/** A file has at most 300 lines. */
export const shortFiles: Rule = (sources) =>
  sources
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines, ${MAX_LINES} are allowed`);

/** What is left to do is done or not written down. */
export const nothingLeftToDo: Rule = (sources) =>
  sources.flatMap(({ path, text }) =>
    [...text.matchAll(/\b(?:TO[D]O|FIX[M]E|X[X]X)\b/g)].map((match) => `${path} says ${match[0]}`),
  );

function complain(
  sources: readonly Source[],
  allowed: (source: Source, target: string) => boolean,
): string[] {
  return sources.flatMap((source) =>
    targetsOf(source)
      .filter((target) => !allowed(source, target))
      .map((target) => `${source.path} imports ${target}`),
  );
}

// Relative imports become paths in the repository; packages stay as written.
function targetsOf(source: Source): string[] {
  return importsOf(source).map((target) =>
    target.startsWith('.') ? posix.join(posix.dirname(source.path), target) : target,
  );
}

function inside(folder: string, target: string): boolean {
  return target.startsWith(folder);
}

function purposeOf(path: string): RegExp {
  return path.endsWith('.py') ? /^(?:# \S|"""\S)/ : /^(?:\/\/ \S|\/\*\*? \S)/;
}

// Comments and strings may speak of the process; a template's expressions stay.
function code(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''");
}
