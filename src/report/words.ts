// The small words that every report shares: paths, counts, seconds, dates, reasons.
import { isAbsolute, relative, sep } from 'node:path';
import type { Reason } from '../event.ts';

/** The path as people name it: relative to `root` with `/` where it lies below, else unchanged. */
export function showPath(path: string, root: string): string {
  if (!isAbsolute(path)) return path;
  const below = relative(root, path);
  if (below === '') return '.';
  if (below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) return path;
  return below.split(sep).join('/');
}

/** `1 notebook`, `2 notebooks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `0.1 s`, `14.2 s`, `2 min 5 s`, `1 h 3 min`. */
export function showSeconds(seconds: number): string {
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `cell 4 changed`, `cell 4 changed (+2 more)`. */
export function showReason(reason: Reason): string {
  return reason.more > 0 ? `${reason.text} (+${reason.more} more)` : reason.text;
}

/** `2026-03-20`, in local time. */
export function showDay(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `2026-03-20 14:30`, in local time. */
export function showMinute(date: Date): string {
  return `${showDay(date)} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
