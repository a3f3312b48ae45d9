// Says in one line each what is wrong with a configuration file.
import type { ConfigFailure } from '../../src/failure.ts';

/** Problems as `severity line:column+length message | hint`. */
export function told(problems: readonly ConfigFailure[]): string[] {
  return problems.map(({ severity, place, message, hint }) => {
    const at = `${place?.line}:${place?.column}+${place?.length ?? 1}`;
    return `${severity} ${at} ${message}${hint === undefined ? '' : ` | ${hint}`}`;
  });
}
