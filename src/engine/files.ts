// Reads digests of a project's files and replaces files: by rename, only if still as expected, never unseen.
import { randomUUID } from 'node:crypto';
import {
  chmod,
  constants,
  copyFile,
  lstat,
  mkdir,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Digest, hashFile, type StatCache } from '../../cache/index.ts';
import type { Failure } from '../failure.ts';
import { err, ok, type Result } from '../result.ts';
import { relativeName } from './names.ts';
import type { State } from './state.ts';
import { writeFailure } from './write-failure.ts';

/** What stands at a path: the digest of a file's bytes, or nothing. */
export type Content = Digest | 'missing';

/**
 * What to do with a file that pipeio did not write before it is replaced: keep it and say so; keep it without a word,
 * where people expect the change; or nothing, where it holds nothing that is not kept elsewhere.
 */
export type Backup = 'told' | 'quiet' | 'never';

/** What `Files` needs from its session. */
export interface FilesOptions {
  readonly root: string;
  readonly stats: StatCache;
  readonly state: State;
  /** Number of this process: names its temporary folder. */
  readonly pid: number;
  readonly now: () => number;
  /** Told of each backup, with the path it was copied to. */
  readonly onBackup: (path: string, backup: string) => void;
}

const READ_REFUSALS: Readonly<Record<string, string>> = {
  ELOOP: 'it is a symbolic link that leads to itself',
  EACCES: 'it cannot be read: permission denied',
};

/** Where git-annex keeps contents. */
const ANNEXED = /[\\/]annex[\\/]objects[\\/]/;

const DAY_MS = 24 * 60 * 60 * 1000;

/** The files of one project. */
export class Files {
  readonly #options: FilesOptions;
  readonly #temporary: string;

  constructor(options: FilesOptions) {
    this.#options = options;
    this.#temporary = join(options.root, '.pipeio', 'tmp', `${options.pid}-${randomUUID()}`);
  }

  /** The digest of a file's bytes through the stat cache; a folder or an unreadable file is a failure. */
  async digestOf(path: string): Promise<Result<Content>> {
    // Temporary files are never seen again: remembering their stats would only grow the stat cache.
    if (dirname(path) === this.#temporary) return this.#temporaryDigest(path);
    const answer = await this.#options.stats.digestOf(path);
    if (answer === 'directory') return err(unreadable(path, 'it is a folder'));
    if (typeof answer === 'object')
      return err(
        unreadable(path, READ_REFUSALS[answer.unreadable] ?? `it cannot be read (${answer.unreadable})`),
      );
    return ok(answer);
  }

  async #temporaryDigest(path: string): Promise<Result<Content>> {
    try {
      return ok(await hashFile(path));
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? ok('missing') : err(unreadable(path, 'it cannot be read'));
    }
  }

  /** A new path for a temporary file, in a folder of this process on the project's own file system. */
  async temporary(extension: string): Promise<string> {
    await mkdir(this.#temporary, { recursive: true });
    return join(this.#temporary, `${randomUUID()}${extension}`);
  }

  /** Removes this process's temporary files, and those that processes which were killed left a day ago or earlier. */
  async clean(): Promise<void> {
    await remove(this.#temporary);
    const all = dirname(this.#temporary);
    const others = await readdir(all).catch(() => []); // nothing was ever left
    for (const name of others) {
      const found = await stat(join(all, name)).catch(() => null); // its owner has just removed it
      if (found !== null && found.mtimeMs < this.#options.now() - DAY_MS) await remove(join(all, name));
    }
  }

  /** Whether what stands at `path` with this digest is something that pipeio itself put there. */
  wroteItself(path: string, content: Content): boolean {
    return content !== 'missing' && this.#options.state.written(this.#name(path)) === content;
  }

  /**
   * Moves `from` to `to` if `to` still holds `expected`; equal bytes rewrite nothing. What pipeio did not write is
   * copied to the backups first, as `backup` says. `source` is a file that must not look older than `to` afterwards.
   * Answers the digest that stands at `to` afterwards, and whether it was written.
   */
  async replace(
    from: string,
    to: string,
    expected: Content,
    backup: Backup = 'told',
    source?: string,
  ): Promise<Result<{ digest: Digest; written: boolean }>> {
    const digest = await hashFile(from);
    const current = await this.digestOf(to);
    if (!current.ok) return current;
    if (current.value === digest) {
      await rm(from, { force: true });
      await this.#options.state.setWritten(this.#name(to), digest);
      return ok({ digest, written: false });
    }
    if (current.value !== expected) return err(moved(to));
    if (backup !== 'never' && current.value !== 'missing' && !this.wroteItself(to, current.value)) {
      const saved = await this.#backUp(to);
      if (!saved.ok) return saved;
      if (backup === 'told') this.#options.onBackup(to, saved.value);
    }
    if (source !== undefined) await this.#touch(source);
    try {
      await moveInto(from, to);
    } catch (error) {
      return err(writeFailure(to, error));
    }
    await this.#options.state.setWritten(this.#name(to), digest);
    return ok({ digest, written: true });
  }

  async #touch(path: string): Promise<void> {
    // The next millisecond: files are stamped in finer steps than `now` counts.
    const time = new Date(this.#options.now() + 1);
    await utimes(path, time, time).catch(() => {
      // Somebody else's file, or gone: times only spare people a question, they never decide what is built.
    });
  }

  /** Copies a file into the backups, under the time and its path; answers where. */
  async #backUp(path: string): Promise<Result<string>> {
    const time = new Date(this.#options.now()).toISOString().replaceAll(':', '-').slice(0, 19);
    const name = this.#name(path).replace(/^\/+/, 'outside/');
    for (let number = 0; ; number++) {
      const folder = number === 0 ? time : `${time}.${number}`;
      const target = join(this.#options.root, '.pipeio', 'backups', folder, name);
      try {
        await mkdir(dirname(target), { recursive: true });
      } catch (error) {
        return err(writeFailure(target, error));
      }
      try {
        await copyFile(path, target, constants.COPYFILE_EXCL);
        return ok(target);
      } catch (error) {
        // The second backup of one file in a second goes to a folder of its own: none ever replaces another.
        if (codeOf(error) !== 'EEXIST') return err(writeFailure(target, error));
      }
    }
  }

  #name(path: string): string {
    return relativeName(this.#options.root, path);
  }
}

/** Renames over the file that `to` finally names (a link stays a link), keeping its mode; copies across file systems. */
async function moveInto(from: string, to: string): Promise<void> {
  const isLink = await lstat(to).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
  const target = isLink ? await behindLink(to) : to;
  await mkdir(dirname(target), { recursive: true });
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => undefined,
  );
  if (mode !== undefined) await chmod(from, mode);
  try {
    await rename(from, target);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    const beside = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
    try {
      await copyFile(from, beside);
      await rename(beside, target);
    } finally {
      await rm(beside, { force: true });
      await rm(from, { force: true });
    }
  }
}

async function remove(folder: string): Promise<void> {
  // What cannot be removed now is removed by a later build.
  await rm(folder, { recursive: true, force: true }).catch(() => {});
}

/**
 * Where a write to a link goes. An annexed object is shared by all who have that content, and a link to nothing has
 * no place of its own: there the link itself is replaced, as `git annex unlock` would.
 */
async function behindLink(link: string): Promise<string> {
  const target = await realpath(link).catch(() => link); // leads nowhere
  return ANNEXED.test(target) ? link : target;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function unreadable(path: string, message: string): Failure {
  return { reason: 'unreadable', path, message };
}

function moved(path: string): Failure {
  return { reason: 'input-moved', path, message: 'the file changed while pipeio was about to replace it' };
}
