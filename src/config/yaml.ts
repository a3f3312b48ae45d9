// Reads YAML into plain data that still knows where each key and value stood.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { ConfigFailure, Place } from '../failure.ts';

/** A place in a file that is known from elsewhere. */
export type Spot = Omit<Place, 'file'>;

/** Keys and list indexes that lead from the top of a document to a value. */
export type Path = readonly (string | number)[];

/** A parsed file; `value` is what it holds, keys without a value left out. */
export interface YamlFile {
  readonly file: string;
  readonly value: unknown;
  /** Where a value stands; for a map, a list or nothing its key; else the nearest thing above it. */
  spot(path: Path): Spot;
  /** Where a key stands. */
  keySpot(path: Path): Spot;
  /** Index of the entry under the list at `path` in which `spot` lies, or -1. */
  indexAt(path: Path, spot: Spot): number;
}

const START: Spot = { line: 1, column: 1 };

/**
 * Parses the text of `file`. A syntax error gives `yaml: null` and the first problem only, since those after it are mostly
 * its echo; a repeated key is reported and the rest of the file stays usable.
 */
export function parseYaml(
  file: string,
  text: string,
): { readonly yaml: YamlFile | null; readonly problems: readonly ConfigFailure[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    stringKeys: true,
    logLevel: 'error',
  });
  const problem = (
    severity: ConfigFailure['severity'],
    message: string,
    spot: Spot,
    hint?: string,
  ): ConfigFailure => ({
    reason: 'config-invalid',
    severity,
    message,
    place: { file, ...spot },
    ...(hint === undefined ? {} : { hint }),
  });

  const broken = document.errors.find((error) => error.code !== 'DUPLICATE_KEY');
  if (broken !== undefined) {
    const hint = HINTS[broken.code];
    const message = `not valid YAML: ${MESSAGES[broken.code] ?? lowerFirst(broken.message)}`;
    return {
      yaml: null,
      problems: [problem('error', message, spotAt(lines, broken.pos[0], broken.pos[1]), hint)],
    };
  }
  const problems = [
    ...document.errors.map((error) =>
      problem(
        'error',
        'this key stands here twice',
        spotAt(lines, error.pos[0], wordEnd(text, error.pos[0])),
      ),
    ),
    ...document.warnings.map((warning) =>
      problem('warning', lowerFirst(warning.message), spotAt(lines, ...warning.pos)),
    ),
  ];
  try {
    return { yaml: located(file, document, lines), problems };
  } catch (error) {
    // Aliases and merges are resolved last; one that multiplies out of bounds has no place of its own.
    const wrong = wrongReference(document);
    if (wrong === null && !(error instanceof ReferenceError)) throw error;
    const message = wrong?.message ?? lowerFirst(String(error));
    const spot = wrong ? spotAt(lines, wrong.range[0], wrong.range[1]) : START;
    return { yaml: null, problems: [problem('error', `not valid YAML: ${message}`, spot)] };
  }
}

interface WrongReference {
  readonly message: string;
  readonly range: readonly [start: number, end: number, nodeEnd: number];
}

/** The first alias without a target, alias within its own target, or merge of something that is no map. */
function wrongReference(document: Document.Parsed): WrongReference | null {
  let wrong: WrongReference | null = null;
  visit(document, {
    Alias: (_key, alias) => {
      if (!alias.range) return undefined;
      const [start] = alias.range;
      const target = alias.resolve(document);
      if (target === undefined) {
        const message = `unresolved alias (the anchor must be set before the alias): ${alias.source}`;
        wrong = { message, range: alias.range };
      } else if (target.range && target.range[0] <= start && start < target.range[1]) {
        wrong = { message: `the alias ${alias.source} stands within what it names`, range: alias.range };
      }
      return wrong ? visit.BREAK : undefined;
    },
    Pair: (_key, { key, value }) => {
      if (!isScalar(key) || key.value !== '<<' || !key.range || isMergeable(document, value))
        return undefined;
      wrong = { message: 'what "<<" merges must be a map, or a list of maps', range: key.range };
      return visit.BREAK;
    },
  });
  return wrong;
}

function isMergeable(document: Document.Parsed, value: unknown): boolean {
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const source = resolve(value);
  return isMap(source) || (isSeq(source) && source.items.every((item) => isMap(resolve(item))));
}

/** Where the library speaks to programmers. */
const MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'the file holds more than one document',
};

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'see how far this line and the one above it are indented',
  MISSING_CHAR: 'see how far this line is indented, and whether a bracket, quote or colon is missing',
  BLOCK_AS_IMPLICIT_KEY: 'put quotes around a value that contains ": "',
  BAD_SCALAR_START: 'put quotes around the value',
  MULTIPLE_DOCS: 'keep one document: remove the line "---"',
};

function located(file: string, document: Document.Parsed, lines: LineCounter): YamlFile {
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);

  /** Walks as far as the path leads; the last node met stands for all that is missing below it. */
  const find = (path: Path): { key: unknown; node: unknown; reached: boolean } => {
    let key: unknown = null;
    let node: unknown = document.contents;
    for (const step of path) {
      const parent = resolve(node);
      if (isSeq(parent) && typeof step === 'number' && step < parent.items.length) {
        node = parent.items[step];
        key = node;
        continue;
      }
      const pair = isMap(parent)
        ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === step)
        : undefined;
      if (pair === undefined) return { key, node, reached: false };
      key = pair.key;
      node = pair.value;
    }
    return { key, node, reached: true };
  };
  const spotOf = (node: unknown): Spot => {
    const range = (node as Node | null)?.range;
    if (!range) return START;
    const marked = isScalar(node) || isAlias(node);
    return spotAt(lines, range[0], marked ? range[1] : range[0] + 1);
  };

  return {
    file,
    value: withoutNulls(document.toJS()),
    spot: (path) => {
      const { key, node, reached } = find(path);
      const value = isScalar(node) && node.source !== '' && node.value !== null;
      return spotOf(reached && (value || isAlias(node)) ? node : (key ?? node));
    },
    keySpot: (path) => {
      const { key, node } = find(path);
      return spotOf(key ?? node);
    },
    indexAt: (path, spot) => {
      const list = resolve(find(path).node);
      const lineStart = lines.lineStarts[spot.line - 1] ?? 0;
      const offset = lineStart + spot.column - 1;
      if (!isSeq(list)) return -1;
      return list.items.findIndex((item) => {
        const range = (item as Node | null)?.range;
        return range ? range[0] <= offset && offset < range[2] : false;
      });
    },
  };
}

function spotAt(lines: LineCounter, start: number, end: number): Spot {
  const { line, col } = lines.linePos(start);
  const nextLine = lines.lineStarts[line] ?? Number.POSITIVE_INFINITY;
  return { line, column: col, length: Math.max(1, Math.min(end, nextLine - 1) - start) };
}

function wordEnd(text: string, start: number): number {
  const rest = /^[^\s:]+/.exec(text.slice(start, start + 200));
  return start + (rest?.[0].length ?? 1);
}

/** In YAML `kernel:` with nothing after it is null, and means the same as no such line. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
