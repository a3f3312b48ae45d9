// Tells whether the process that left a record behind still lives.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { kill, pid } from 'node:process';
import { systemCode } from './written.ts';

/** Names one process for all time, as far as the platform allows. */
export interface ProcessIdentity {
  readonly host: string;
  /** Where process ids mean the same: a boot and its process namespace on Linux, else the host. */
  readonly realm: string;
  readonly pid: number;
  /** Start in clock ticks since boot, which tells a reused process id apart; Linux only, else empty. */
  readonly started: string;
}

/** The identity of this process. */
export function thisProcess(): ProcessIdentity {
  return { host: hostname(), realm: realm(), pid, started: processStat(pid)?.started ?? '' };
}

/** `unknown` where this process cannot look: another host, another container, another boot. */
export function lifeOf(other: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (other.realm !== realm()) return 'unknown';
  if (!idIsTaken(other.pid)) return 'dead';
  const stat = processStat(other.pid);
  // Without /proc, or where it hides other users' processes, the id alone has to do.
  if (stat === undefined || other.started === '') return 'alive';
  return stat.started === other.started && !stat.isZombie ? 'alive' : 'dead';
}

function idIsTaken(id: number): boolean {
  try {
    kill(id, 0);
    return true;
  } catch (error) {
    // EPERM is somebody else's living process.
    return systemCode(error) !== 'ESRCH';
  }
}

function realm(): string {
  const boot = readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  return boot === undefined ? hostname() : `${boot} ${readOr(() => readlinkSync('/proc/self/ns/pid')) ?? ''}`;
}

function processStat(id: number): { readonly started: string; readonly isZombie: boolean } | undefined {
  const stat = readOr(() => readFileSync(`/proc/${id}/stat`, 'latin1'));
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields?.[0], fields?.[19]];
  if (state === undefined || started === undefined) return undefined;
  return { started, isZombie: state === 'Z' || state === 'X' };
}

function readOr(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
