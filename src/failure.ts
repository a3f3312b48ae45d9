// Every way in which a build can expectedly fail: data only; report/failure-text.ts words it.

/** A place in a text file; line and column count from 1. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters marked below the line; 1 unless known. */
  readonly length?: number;
}

/** Something wrong in `notebook.yml` or `pipeio.yml`. Warnings let the build go on. */
export interface ConfigFailure {
  readonly reason: 'config-invalid';
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly place?: Place;
  /** Other places that take part, such as the second of two entries that clash. */
  readonly related?: readonly { readonly place: Place; readonly message: string }[];
  /** What to do next. */
  readonly hint?: string;
}

/** A command line that names nothing, or contradicts itself. */
export interface UsageFailure {
  readonly reason: 'usage';
  readonly message: string;
  readonly hint?: string;
}

/** No interpreter with the needed packages, or making one failed. */
export interface PythonFailure {
  readonly reason: 'python-missing' | 'python-setup-failed' | 'worker-died' | 'marimo-missing';
  readonly message: string;
  readonly hint?: string;
}

/** The kernel that the configuration names is not installed. */
export interface KernelMissingFailure {
  readonly reason: 'kernel-missing';
  readonly kernel: string;
  readonly installed: readonly string[];
  readonly hint?: string;
}

/** A file of a notebook could not be read as what it is: encoding, JSON, nbformat, conflict markers, absence. */
export interface NotebookFileFailure {
  readonly reason:
    | 'source-missing'
    | 'not-utf8'
    | 'invalid-notebook'
    | 'nbformat-unsupported'
    | 'conflict-markers'
    | 'unreadable';
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly hint?: string;
}

/** Both sides of a pair were edited since they last agreed. */
export interface SyncConflictFailure {
  readonly reason: 'sync-conflict';
  readonly script: string;
  readonly notebook: string;
  /** Unified diff of the cells, script against notebook. */
  readonly diff: string;
}

/** A notebook did not run to its end. */
export interface ExecutionFailure {
  readonly reason:
    | 'cell-failed'
    | 'cell-timeout'
    | 'notebook-timeout'
    | 'kernel-start-failed'
    | 'kernel-died'
    | 'export-failed'
    | 'export-timeout';
  /** Number of the code cell from 1, and of how many. */
  readonly cell?: number;
  readonly cells?: number;
  /** The `.py` file (else the `.ipynb`) and the line in it that failed. */
  readonly path: string;
  readonly line?: number;
  readonly exception?: string;
  readonly message: string;
  /** Traceback without colour codes. */
  readonly traceback?: string;
  /** The partial notebook of the failed run, absolute. */
  readonly partial?: string;
  /** The last good executed notebook, absolute. */
  readonly lastGood?: string;
  readonly hint?: string;
}

/** A file could not be written: folder read-only, disk full, a directory in the way. */
export interface WriteFailure {
  readonly reason: 'write-failed';
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** The file changed while pipeio was about to replace it, or the inputs kept moving while it ran. */
export interface MovedFailure {
  readonly reason: 'input-moved';
  readonly path: string;
  readonly message: string;
}

/** A published page would show outputs that are not those of the code. */
export interface NotExecutedFailure {
  readonly reason: 'not-executed';
  readonly path: string;
  readonly message: string;
}

/** The run was cancelled by Ctrl-C or by --fail-fast. */
export interface CancelledFailure {
  readonly reason: 'cancelled';
}

/** A bug in pipeio, kept to the task in which it happened. */
export interface UnknownFailure {
  readonly reason: 'unknown-error';
  readonly message: string;
  readonly stack?: string;
}

/** Everything that a task or a command may answer instead of a value. */
export type Failure =
  | ConfigFailure
  | UsageFailure
  | PythonFailure
  | KernelMissingFailure
  | NotebookFileFailure
  | SyncConflictFailure
  | ExecutionFailure
  | WriteFailure
  | MovedFailure
  | NotExecutedFailure
  | CancelledFailure
  | UnknownFailure;
