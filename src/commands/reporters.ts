// Chooses how a command tells what happens, from its options and from where its output goes.
import type { Deps } from '../deps.ts';
import type { Reporter } from '../event.ts';
import type { Failure } from '../failure.ts';
import { canRewrite, wantsColor } from '../report/colors.ts';
import { failureLines } from '../report/failure-text.ts';
import { jsonReporter } from '../report/json.ts';
import { plainReporter } from '../report/plain.ts';
import { exitCodeOf } from './project-session.ts';

/** The reporter of a build. */
export function chooseReporter(deps: Deps, root: string, json: boolean): Reporter {
  const { stdout, stderr, env } = deps;
  if (json) return jsonReporter({ stdout });
  return plainReporter({
    stdout,
    stderr,
    root,
    color: wantsColor(env, stdout.isTTY),
    isTTY: canRewrite(env, stdout.isTTY),
    columns: stdout.columns,
  });
}

/** Says why a command could not begin; answers its exit code. */
export function tellFailure(deps: Deps, failure: Failure): number {
  for (const line of failureLines(failure, { root: deps.cwd, name: '' })) deps.stderr.write(`${line}\n`);
  return exitCodeOf(failure);
}
