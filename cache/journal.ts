// An append-only file of JSON records that a crash, a torn write or a flipped bit can shorten but never corrupt.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Checksum, loadChecksum } from './checksum.ts';
import { decodeRecords, encodeRecords } from './records.ts';
import { temporaryBeside } from './temporary.ts';
import { systemCode } from './written.ts';

// The header is a line of fixed length: a format version, then a generation that is new whenever the file is rewritten.
const FORMAT = 'journal 1 ';
const HEADER = new RegExp(`^${FORMAT}[0-9a-f]{16}\n$`);
const HEADER_LENGTH = FORMAT.length + 17;

/** What a read of a journal found. */
export interface News {
  /** True if the file is not the one read before: all records known so far are void. */
  readonly replaced: boolean;
  /** The records that came since the last read, oldest first. */
  readonly records: readonly unknown[];
}

/**
 * Readers need no lock: they take whole records and stop at the first that is not whole, be it damage or somebody's
 * append under way. A writer must hold a lock, under which what is not whole is damage: so it reads, then either
 * appends, or rewrites if `isSound` is false. Bytes of a journal never change once written; cutting damage off and
 * compacting both make a new file, which readers notice by its generation.
 *
 * All calls are synchronous: a journal is one file, read at once, and a lock is held for as short as can be.
 */
export class Journal {
  readonly #file: string;
  readonly #checksum: Checksum;
  #header = '';
  #end = 0;
  #sound = false;

  private constructor(file: string, checksum: Checksum) {
    this.#file = file;
    this.#checksum = checksum;
  }

  /** A journal at `file`, which is not touched before the first `read` and need not exist. */
  static async at(file: string): Promise<Journal> {
    return new Journal(file, await loadChecksum());
  }

  /** False if the last read found no journal, or damage behind the last whole record: then only `rewrite` may write. */
  get isSound(): boolean {
    return this.#sound;
  }

  /** Reads what came since the last read. A file that is missing, unreadable or of another format reads as empty. */
  read(): News {
    let file: number | undefined;
    try {
      file = openSync(this.#file, 'r');
      return this.#readOpen(file);
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return this.#readNothing();
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  #readOpen(file: number): News {
    const { size } = fstatSync(file);
    const header = readText(file, 0, HEADER_LENGTH);
    if (!HEADER.test(header)) return this.#readNothing();
    const known = header === this.#header && size >= this.#end;
    const start = known ? this.#end : HEADER_LENGTH;
    const tail = readText(file, start, size - start);
    const { values, length } = decodeRecords(tail, this.#checksum);
    this.#header = header;
    this.#end = start + length;
    this.#sound = length === tail.length;
    return { replaced: !known, records: values };
  }

  #readNothing(): News {
    this.forget();
    return { replaced: true, records: [] };
  }

  /** Makes the next read start over, as `replaced`. */
  forget(): void {
    this.#header = '';
    this.#end = 0;
    this.#sound = false;
  }

  /**
   * Adds records at the end; the caller holds the lock, has read everything, and `isSound`. Throws the system error
   * if they could not be written whole; `forget` and read again then.
   *
   * Not synced to disk: what a power cut takes is a tail, and a lost record only means work done once more.
   */
  append(records: readonly unknown[]): void {
    const text = encodeRecords(records, this.#checksum);
    // Never created here: a file without a header would hide its records.
    const file = openSync(this.#file, constants.O_WRONLY | constants.O_APPEND);
    try {
      writeFileSync(file, text, 'latin1');
    } finally {
      closeSync(file);
    }
    this.#end += text.length;
  }

  /** Replaces the file, at once and synced, by one with just these records. Throws the system error if that fails. */
  rewrite(records: readonly unknown[]): void {
    const header = `${FORMAT}${randomBytes(8).toString('hex')}\n`;
    const text = header + encodeRecords(records, this.#checksum);
    const temporary = temporaryBeside(this.#file);
    mkdirSync(dirname(this.#file), { recursive: true });
    try {
      writeSynced(temporary, text);
      renameSync(temporary, this.#file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    this.#header = header;
    this.#end = text.length;
    this.#sound = true;
  }
}

function readText(file: number, start: number, length: number): string {
  if (length <= 0) return '';
  const buffer = Buffer.allocUnsafe(length);
  const read = readSync(file, buffer, 0, length, start);
  return buffer.toString('latin1', 0, read);
}

function writeSynced(path: string, text: string): void {
  const file = openSync(path, 'wx');
  try {
    writeFileSync(file, text, 'latin1');
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
