// Which processes belong to a rig's temporary folder, seen through /proc (Linux only).
import { readdir, readFile } from 'node:fs/promises';
import type { Rig } from './rig.ts';

/** A process that was started, at whatever distance, by a rig. */
export interface RigProcess {
  readonly pid: number;
  readonly command: string;
}

/** Whether this system has what `processesOf` reads. */
export const hasProc = process.platform === 'linux';

/** All living processes that have the rig's environment. */
export async function processesOf(rig: Rig): Promise<RigProcess[]> {
  const found: RigProcess[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readProc(name, 'environ');
    if (!environment.includes(`RIG_RUNS=${rig.env.RIG_RUNS}\0`)) continue;
    found.push({
      pid: Number(name),
      command: (await readProc(name, 'cmdline')).replaceAll('\0', ' ').trim(),
    });
  }
  return found;
}

/** A zombie, or a process that has just ended, has nothing to read. */
function readProc(pid: string, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}
