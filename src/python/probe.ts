// Asks interpreters what they are and remembers the answers across runs, so that a known machine starts no Python for it.
import { join } from 'node:path';
import { askInterpreter, type Interpreter, parseInterpreter } from './interpreter.ts';
import { isObject, readJson, writeAtomically } from './json.ts';
import { cacheFolder, type Env, isProgram } from './places.ts';
import { stampOf } from './stamp.ts';

/** Raised whenever the question or the stamp changes, so that older answers are forgotten. */
const FORMAT = 1;

/** More than the environments of one person; the oldest answers go first. */
const MOST = 100;

interface Remembered {
  readonly stamp: string;
  readonly answer: Interpreter;
}

/** Interpreters of one project by path, asked at most once each. */
export class InterpreterProbe {
  /** Python processes that had to be started. */
  started = 0;
  readonly #env: Env;
  readonly #root: string;
  readonly #file: string;
  readonly #answers = new Map<string, Promise<Interpreter | null>>();
  #memory: Promise<ReadonlyMap<string, Remembered>> | undefined;
  #saving: Promise<void> = Promise.resolve();

  /** `root` is the project's: launchers such as pyenv's choose by the files they find there. */
  constructor(env: Env, root: string) {
    this.#env = env;
    this.#root = root;
    this.#file = join(cacheFolder(env), 'interpreters.json');
  }

  /** What the program at `path` (absolute) is; null if it is not there or no working Python. */
  ask(path: string): Promise<Interpreter | null> {
    let answer = this.#answers.get(path);
    if (answer === undefined) {
      answer = this.#find(path);
      this.#answers.set(path, answer);
    }
    return answer;
  }

  /** Forgets what was said of `path`: something else may stand there now. */
  forget(path: string): void {
    this.#answers.delete(path);
  }

  async #find(path: string): Promise<Interpreter | null> {
    if (!(await isProgram(path))) return null;
    this.#memory ??= this.#read();
    const known = (await this.#memory).get(path);
    if (known && known.stamp === (await stampOf(path, known.answer, this.#env, this.#root)))
      return known.answer;
    this.started++;
    const answer = await askInterpreter(path, this.#env, this.#root);
    const stamp = answer && (await stampOf(path, answer, this.#env, this.#root));
    if (answer && stamp) await this.#remember(path, { stamp, answer });
    return answer;
  }

  async #read(): Promise<Map<string, Remembered>> {
    const memory = new Map<string, Remembered>();
    const content = await readJson(this.#file);
    if (!isObject(content) || content.format !== FORMAT || !isObject(content.interpreters)) return memory;
    for (const [path, entry] of Object.entries(content.interpreters)) {
      if (!isObject(entry) || typeof entry.stamp !== 'string') continue;
      const answer = parseInterpreter(entry.answer);
      if (answer) memory.set(path, { stamp: entry.stamp, answer });
    }
    return memory;
  }

  /** Adds one entry to what stands in the file now: another pipeio may have written meanwhile. */
  #remember(path: string, entry: Remembered): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      const memory = await this.#read();
      memory.delete(path);
      const interpreters = Object.fromEntries([...memory, [path, entry] as const].slice(-MOST));
      await writeAtomically(this.#file, JSON.stringify({ format: FORMAT, interpreters })).catch(() => {
        // A folder that cannot be written costs one short start in the next run, no more.
      });
    });
    return this.#saving;
  }
}
