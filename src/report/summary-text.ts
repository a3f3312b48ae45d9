// Words the counts of a finished build on one line.
import type { NotebookOutcome, Summary } from '../event.ts';
import { count, showSeconds } from './words.ts';

const ORDER = ['executed', 'restored', 'updated', 'fresh', 'failed', 'conflict', 'blocked'] as const;

const DRY: Readonly<Partial<Record<NotebookOutcome, string>>> = {
  executed: 'to execute',
  restored: 'to restore',
  updated: 'to update',
  blocked: 'waiting',
};

/** `12 notebooks: 3 executed, 8 fresh, 1 failed  14.2 s`; a dry run says `3 to execute`; an interrupted one `2 not finished`. */
export function summaryText(summary: Summary, dryRun = false): string {
  const parts = ORDER.filter((outcome) => summary[outcome] > 0).map((outcome) =>
    part(summary[outcome], outcome, dryRun),
  );
  const ended = ORDER.reduce((sum, outcome) => sum + summary[outcome], 0);
  if (ended < summary.notebooks) parts.push(`${summary.notebooks - ended} not finished`);
  const counts = parts.length > 0 ? `: ${parts.join(', ')}` : '';
  const mode = dryRun ? '  (dry run)' : '';
  return `${count(summary.notebooks, 'notebook')}${counts}  ${showSeconds(summary.seconds)}${mode}`;
}

function part(number: number, outcome: NotebookOutcome, dryRun: boolean): string {
  const dry = DRY[outcome];
  if (dryRun && dry !== undefined) return `${number} ${dry}`;
  return outcome === 'conflict' ? count(number, 'conflict') : `${number} ${outcome}`;
}
