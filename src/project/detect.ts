// Tells from a script's text whether it is a marimo notebook or a percent one.
import { closeSync, openSync, readSync } from 'node:fs';
import type { NotebookFormat } from './notebook.ts';

/** Bytes looked at. What decides stands at a notebook's top: marimo writes its app below the imports. */
const HEAD_BYTES = 64 * 1024;

/** One for all, since reading is synchronous: a thousand of them would keep the garbage collector busy. */
const head = Buffer.alloc(HEAD_BYTES);

/**
 * The format of the notebook in `script`; percent where the file is missing or unreadable, which the build then reports.
 * Synchronous, since it opens up to thousands of small files.
 */
export function detectFormat(script: string): NotebookFormat {
  try {
    const file = openSync(script, 'r');
    try {
      return formatOf(head.toString('utf8', 0, readSync(file, head, 0, HEAD_BYTES, 0)));
    } finally {
      closeSync(file);
    }
  } catch {
    // Missing, unreadable or a folder: whoever needs the file says so, with the notebook it belongs to.
    return 'percent';
  }
}

/** The format of a notebook whose text begins with `text`. A cell marker decides, since marimo never writes one. */
export function formatOf(text: string): NotebookFormat {
  if (/^\uFEFF?#[ \t]*%%/m.test(text)) return 'percent';
  if (!/^\uFEFF?import marimo(?:\s|$)/m.test(text)) return 'percent';
  for (const [, app] of text.matchAll(/^(\w+) = marimo\.App\(/gm)) {
    const cell = new RegExp(
      `^(?:@${app}\\.(?:cell|function|class_definition)\\b|with ${app}\\.setup\\b)`,
      'm',
    );
    if (cell.test(text)) return 'marimo';
  }
  return 'percent';
}
