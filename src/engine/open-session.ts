// Puts the tools of one build together; nothing is started and little is read before a stage asks.
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LockFolder, openCache, StatCache, Table } from '../../cache/index.ts';
import { backendOf } from '../backends/backends.ts';
import type { Event } from '../event.ts';
import type { Failure } from '../failure.ts';
import type { Project } from '../project/project.ts';
import { openEnvironment } from '../python/environment.ts';
import { ok, type Result } from '../result.ts';
import { Worker } from '../worker/client.ts';
import { Conversions } from './conversions.ts';
import { Files } from './files.ts';
import { jupytextSettings } from './jupytext-settings.ts';
import { localExecutor } from './local-executor.ts';
import { relativeName } from './names.ts';
import { makeProjectFolder } from './project-folder.ts';
import { Projections } from './projections.ts';
import type { Session } from './session.ts';
import { State } from './state.ts';
import { WorkerCalls } from './worker-calls.ts';
import { notRemembered } from './write-failure.ts';

/** What a session is made from. */
export interface SessionOptions {
  readonly project: Project;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This process. */
  readonly pid: number;
  readonly now: () => number;
  readonly emit: (event: Event) => void;
  /** `--cache-dir`, absolute; else PIPEIO_CACHE_DIR, else below the project. */
  readonly cacheFolder?: string;
  readonly jobs?: number;
  /** Notebooks that the command names: force and direction are for them alone. */
  readonly chosen: readonly string[];
  readonly force?: boolean;
  readonly direction?: 'py2nb' | 'nb2py';
}

/** A session and how it ends. */
export interface OpenSession {
  readonly session: Session;
  readonly locks: LockFolder;
  /** Why nothing can be built: the project's folder cannot be written to. */
  readonly refusal: Failure | undefined;
  /** Processes started so far. */
  readonly started: () => { readonly python: number };
  /** Takes in what other processes have written since. */
  readonly refresh: () => void;
  /** Ends the worker, removes temporary files, saves what was learnt; a second call does nothing more. */
  readonly close: () => Promise<void>;
  /** Kills the worker at once. */
  readonly kill: () => void;
}

/** The folder of the Python worker, beside the bundle or among the sources. */
const WORKER_FOLDER = workerFolder();

/** Opens the session of a project. */
export async function openSession(options: SessionOptions): Promise<OpenSession> {
  const { project, env, now, emit, direction } = options;
  const { root } = project;
  const own = join(root, '.pipeio');
  const cacheFolder = options.cacheFolder ?? (env.PIPEIO_CACHE_DIR || join(own, 'cache'));
  const refusal = await makeProjectFolder(own);
  const [cache, stats, table] = await Promise.all([
    openCache(cacheFolder),
    StatCache.open(join(own, 'state', 'stats-1.journal'), now),
    Table.open(join(own, 'state', 'records-1.journal')),
  ]);
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (!warned.has(text)) emit({ type: 'notice', text });
    warned.add(text);
  };
  const state = new State(table, ({ code, path }) => warn(notRemembered(path, code)));
  const onBackup = (path: string, backup: string) => {
    emit({ type: 'notice', text: `${relativeName(root, path)} is kept as ${relativeName(root, backup)}` });
  };
  const files = new Files({ root, stats, state, pid: options.pid, now, onBackup });
  const python = openEnvironment({
    root,
    python: project.settings.python,
    env,
    onNotice: (text) => emit({ type: 'notice', text }),
  });
  let workers = 0;
  const worker = new WorkerCalls(async () => {
    const interpreter = await python.workerPython();
    if (!interpreter.ok) return interpreter;
    workers++;
    return Worker.start({ python: interpreter.value.path, folder: WORKER_FOLDER, env, cwd: root });
  });
  const settingsOf = jupytextSettings(files, root, env);
  const reader = async (path: string): Promise<Result<string>> => {
    const interpreter = await python.workerPython();
    if (!interpreter.ok) return interpreter;
    const versions = await python.installed(interpreter.value);
    const names = ['jupytext', 'nbformat', 'nbconvert'];
    const packages = names.map((name) => `${name} ${versions.get(name) ?? 'unknown'}`);
    return ok([...packages, await settingsOf(dirname(path))].join('; '));
  };
  const session: Session = {
    project,
    cache,
    state,
    files,
    python,
    worker,
    executor: localExecutor(worker),
    projections: new Projections({ files, memo: cache.memo, worker, reader }),
    conversions: new Conversions({ files, cache, worker, reader }),
    env,
    forced: new Set(options.force === true ? options.chosen : []),
    directions: new Map(direction === undefined ? [] : options.chosen.map((id) => [id, direction])),
    jobs: options.jobs ?? project.settings.jobs ?? availableParallelism(),
    now,
    emit,
    results: new Map(),
    codeOf: async (id) => {
      const notebook = project.notebooks.find((candidate) => candidate.id === id);
      if (notebook === undefined) throw new Error(`no notebook ${id}`);
      return backendOf(notebook.format).codeDigest(session, notebook);
    },
    warn,
  };
  const close = async (): Promise<void> => {
    await worker.close();
    await files.clean();
    await Promise.all([cache.close(), table.settled()]);
    await stats.save();
  };
  let closing: Promise<void> | undefined;
  return {
    session,
    refusal,
    locks: new LockFolder(join(own, 'state', 'locks')),
    started: () => ({ python: python.pythonStarted + workers }),
    refresh: () => {
      table.refresh();
      cache.traces.refresh();
      cache.memo.refresh();
    },
    close: () => {
      closing ??= close();
      return closing;
    },
    kill: () => worker.kill(),
  };
}

function workerFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  // Bundled, this file is a part below dist/; unbundled it lies in src/engine/.
  return here.endsWith(join('src', 'engine'))
    ? join(here, '..', 'worker')
    : join(here.replace(/parts$/, ''), 'worker');
}
