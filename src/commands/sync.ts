// `pipeio nb sync`: the stages pair and sync of `build`, with the option to settle conflicts.
import type { Deps } from '../deps.ts';
import { build } from './build.ts';
import type { ProjectArguments } from './project-session.ts';
import { tellFailure } from './reporters.ts';

/** What the command line says. */
export interface SyncArguments extends ProjectArguments {
  readonly direction?: 'py2nb' | 'nb2py';
  readonly force: boolean;
  readonly dry: boolean;
}

/** Runs the command. */
export async function sync(deps: Deps, options: SyncArguments): Promise<number> {
  const { direction, force, dry, ...rest } = options;
  if (force !== (direction !== undefined)) {
    const message = '--direction and --force go together: they let one side win where both were edited';
    const hint = 'without them, `pipeio nb sync` takes the side that was edited';
    return tellFailure(deps, { reason: 'usage', message, hint });
  }
  return build(deps, {
    ...rest,
    dryRun: dry,
    force: false,
    failFast: false,
    prune: false,
    stage: 'sync',
    ...(direction === undefined ? {} : { direction }),
  });
}
