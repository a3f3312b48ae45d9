// All notebook formats by name; a new one is a folder and a line here.
import type { NotebookFormat } from '../project/notebook.ts';
import type { Backend } from './backend.ts';
import { marimoBackend } from './marimo/index.ts';
import { percentBackend } from './percent/index.ts';

const BACKENDS: Readonly<Record<NotebookFormat, Backend>> = {
  percent: percentBackend,
  marimo: marimoBackend,
};

/** The backend of a format. */
export function backendOf(format: NotebookFormat): Backend {
  return BACKENDS[format];
}
