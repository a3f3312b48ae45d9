// What a node is made of, walked once as (label, value) pairs: one reader hashes them, the other explains what changed.
import { type Digest, hashBytes } from '../../cache/index.ts';
import type { Reason } from '../event.ts';

/** Pairs in a fixed order. A label is `kind` or `kind name`; it never holds an absolute path of the project. */
export type Walk = readonly (readonly [label: string, value: string])[];

/** Raised when the meaning of any label changes, so that no old key can be taken for a new one. */
const KEY_FORMAT = '1';

/** The key of a node: SHA-256 over its walk. JSON keeps neighbouring pairs apart. */
export function keyOf(walk: Walk): Digest {
  return hashBytes(JSON.stringify([KEY_FORMAT, ...walk]));
}

/** Words for a pair whose value changed; labels not named here say their own name. */
const CHANGED: Readonly<Record<string, (name: string, before: string, now: string) => string>> = {
  cell: (name) => `cell ${name} changed`,
  kernel: (_name, before, now) => kernelChanged(before, now),
  input: (name) => `${name} changed`,
  env: (name) => `environment variable ${name} changed`,
  'depends-on': (name) => `results of ${name} changed`,
  cwd: (_name, before, now) => `working directory changed (${before} to ${now})`,
  version: (name, before, now) => `${name} changed (${before} to ${now})`,
};

const SINGLE: Readonly<Record<string, string>> = {
  source: 'text changed',
  outputs: 'outputs changed',
  code: 'code changed',
  extras: 'attachments or metadata changed',
  platform: 'another platform',
  markdown: 'text changed',
};

/**
 * Why `now` is not what `before` was: the first differing pair in words, and how many more differ.
 * Cells are compared by position, since a key is made of their order.
 */
export function explain(before: Walk | undefined, now: Walk): Reason {
  if (before === undefined) return { text: 'never built here', more: 0 };
  const old = new Map(before);
  const fresh = new Map(now);
  const texts: string[] = [];
  for (const [label, value] of now) {
    const was = old.get(label);
    if (was === undefined) texts.push(word(label, 'added'));
    else if (was !== value) texts.push(changed(label, was, value));
  }
  for (const [label] of before) if (!fresh.has(label)) texts.push(word(label, 'removed'));
  const [first, ...more] = texts;
  return first === undefined ? { text: 'no result is stored', more: 0 } : { text: first, more: more.length };
}

function changed(label: string, before: string, now: string): string {
  const [kind, name] = split(label);
  return CHANGED[kind]?.(name, before, now) ?? SINGLE[kind] ?? `${label} changed`;
}

function kernelChanged(before: string, now: string): string {
  const [was, is] = [interpreterOf(before), interpreterOf(now)];
  return was === is ? 'kernel changed' : `kernel changed (${was} to ${is})`;
}

/** What people know a kernel by: of a kernelspec's JSON, the program that it starts. */
function interpreterOf(identity: string): string {
  return /^\{"argv":\["([^"]*)"/.exec(identity)?.[1] ?? identity;
}

function word(label: string, happened: 'added' | 'removed'): string {
  const [kind, name] = split(label);
  if (kind === 'cell') return `cell ${name} ${happened}`;
  if (kind === 'input')
    return happened === 'added' ? `${name} is a new input` : `${name} is no longer an input`;
  return `${name === '' ? kind : name} ${happened}`;
}

function split(label: string): [kind: string, name: string] {
  const space = label.indexOf(' ');
  return space < 0 ? [label, ''] : [label.slice(0, space), label.slice(space + 1)];
}
