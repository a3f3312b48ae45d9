// The words that TypeScript and the Python worker share: one JSON object a line, both ways, over descriptor 3.
//
// Request   {"id": 7, "op": "project", ...args}
// Answer    {"id": 7, "result": {...}}  or  {"id": 7, "error": {"reason": ..., "message": ..., ...}}
// Event     {"id": 7, "event": {...}}   only while `execute` runs
// First line from the worker: {"ready": {...}}

/** How a file is written down. `marimo` is a marimo notebook's `.py`. */
export type FileFormat = 'percent' | 'ipynb' | 'myst' | 'marimo';

/** What the worker says once, when it is ready. */
export interface WorkerReady {
  readonly pid: number;
  /** `cpython 3.11.7` */
  readonly python: string;
  /** Versions of the packages the worker uses, by distribution name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A kernelspec with nothing left to resolve: `argv[0]` is an absolute path or a program on PATH. */
export interface KernelSpec {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly interruptMode: 'signal' | 'message';
}

/** The kernelspec as it is written into a notebook's metadata. */
export interface KernelLabel {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
}

/** Jupytext filters that decide which cell metadata the text format carries; null means jupytext's default. */
export interface TextSettings {
  readonly cellMetadataFilter: string | null;
}

/** One cell as a projection sees it. */
export interface CellProjection {
  readonly kind: 'code' | 'markdown' | 'raw';
  /** Digest of kind, stripped source and carried metadata: 16 hex digits, enough to tell cells of one notebook apart. */
  readonly digest: string;
  /** SHA-256 of what counts for running it (normalised source, tags that change execution), code cells only. */
  readonly code: string | null;
  /** First line of the cell in its text file, from 1; null in an `.ipynb`. */
  readonly line: number | null;
}

/** What a node cares about in a notebook file. All digests are SHA-256 in hex. */
export interface Projection {
  /** Of the bytes that were read: whoever asked compares it with what it believes to have asked about. */
  readonly bytes: string;
  /** All cells and the cell metadata that the text format carries, each cell stripped at its edges. */
  readonly source: string;
  /** Like `source` without empty cells, which MyST cannot carry. */
  readonly loose: string;
  /** Code cells in order as they will run. */
  readonly code: string;
  /** Outputs without counts, timings, ids; null for text formats. */
  readonly outputs: string | null;
  /** Attachments of cells and the notebook metadata that is rendered (title, authors); null for text formats. */
  readonly extras: string | null;
  readonly cells: readonly CellProjection[];
  /** Number of code cells that would run, and of those that have outputs or an execution count. */
  readonly codeCells: number;
  readonly executedCells: number;
  /** `metadata.jupytext.formats`, and the kernelspec, as they stand in the file. */
  readonly formats: string | null;
  readonly kernel: string | null;
  readonly language: string | null;
  readonly settings: TextSettings;
  /** Relative paths of images that the text refers to, as they are written. */
  readonly images: readonly string[];
}

/** What a request takes and what it answers. Paths are absolute; `out` is a temporary file that the worker writes. */
export interface WorkerOps {
  /** Reads one notebook file. */
  project: {
    args: { path: string; format: FileFormat; settings: TextSettings | null };
    result: Projection;
  };
  /** The cells with their text, for diffs and for reasons. */
  cells: {
    args: { path: string; format: FileFormat; settings: TextSettings | null };
    result: {
      cells: { kind: string; source: string; metadata: Record<string, unknown>; line: number | null }[];
    };
  };
  /** Writes `path` again with this pairing and kernel (null removes `formats`; a null kernel keeps what stands). */
  'set-pairing': {
    args: {
      path: string;
      format: 'percent' | 'ipynb';
      formats: string | null;
      kernel: KernelLabel | null;
      out: string;
    };
    result: Written;
  };
  /** `.py` to `.ipynb`. Outputs and ids of cells that did not change come from `previous`; new ids derive from content. */
  'to-notebook': {
    args: {
      script: string;
      previous: string | null;
      formats: string | null;
      kernel: KernelLabel | null;
      out: string;
    };
    result: Written;
  };
  /** `.ipynb` to `.py`. Header, filters, line ends, byte-order mark and the text of unchanged cells come from `previous`. */
  'to-script': {
    args: {
      notebook: string;
      previous: string | null;
      formats: string | null;
      kernel: KernelLabel | null;
      out: string;
    };
    result: Written;
  };
  /** `.py` to MyST markdown. */
  'to-myst': {
    args: { script: string; formats: string | null; kernel: KernelLabel | null; out: string };
    result: Written;
  };
  /** Puts the outputs of `executed` into today's `notebook`, code cell by code cell; both hold the same code. */
  splice: {
    args: { notebook: string; format: 'ipynb' | 'percent'; executed: string; out: string };
    result: Written;
  };
  /** Runs a notebook in a fresh kernel. `out` gets the executed notebook, or in a failure the partial one. */
  execute: {
    args: {
      notebook: string;
      format: 'ipynb' | 'percent';
      kernel: KernelSpec;
      cwd: string;
      env: Record<string, string>;
      /** Seconds; null means no limit. */
      cellTimeout: number | null;
      notebookTimeout: number | null;
      startupTimeout: number;
      out: string;
    };
    result: Written & { seconds: number };
  };
  /** Runs `marimo export <to>` with a wall-clock timeout, in a process group of its own. */
  'export-marimo': {
    args: {
      program: string;
      notebook: string;
      to: 'html' | 'md' | 'ipynb';
      cwd: string;
      env: Record<string, string>;
      timeout: number | null;
      out: string;
    };
    result: { digest: string; seconds: number; log: string };
  };
  /**
   * Renders an executed notebook to an HTML page with nbconvert: relative images from `imagesFrom` are embedded, and a
   * header of the notebook (a raw first cell between `---` lines) is left out.
   */
  'render-html': {
    args: { notebook: string; name: string; imagesFrom: string; out: string };
    result: { digest: string };
  };
  /** The `.md` to publish: relative images are renamed to stand below `files`, and named with where they come from. */
  'render-myst': {
    args: { markdown: string; imagesFrom: string; files: string; out: string };
    result: { digest: string; images: { from: string; to: string }[] };
  };
  /** Interrupts and then ends what request `target` runs; that request answers with reason `cancelled`. */
  cancel: { args: { target: number }; result: Record<string, never> };
  /** Ends all kernels, answers, and exits. */
  shutdown: { args: Record<string, never>; result: Record<string, never> };
}

/** A notebook file that the worker wrote to `out`: digests as in `Projection`. */
export interface Written {
  /** SHA-256 of the bytes in `out`. */
  readonly digest: string;
  /** SHA-256 of the bytes of the main input as they were read. */
  readonly read: string;
}

/** What `execute` tells while it runs. `cell` counts code cells from 1, `line` is in the text file. */
export type WorkerEvent =
  | { readonly type: 'kernel-started'; readonly seconds: number; readonly pid: number | null }
  | {
      readonly type: 'cell-started';
      readonly cell: number;
      readonly cells: number;
      readonly firstLine: string;
    }
  | { readonly type: 'cell-output'; readonly cell: number; readonly text: string }
  | {
      readonly type: 'cell-finished';
      readonly cell: number;
      readonly cells: number;
      readonly seconds: number;
    };

/** Why a request did not succeed. `internal` is a bug; its `message` is a Python traceback. */
export interface WorkerError {
  readonly reason:
    | 'source-missing'
    | 'not-utf8'
    | 'invalid-notebook'
    | 'nbformat-unsupported'
    | 'conflict-markers'
    | 'unreadable'
    | 'write-failed'
    | 'cell-failed'
    | 'cell-timeout'
    | 'notebook-timeout'
    | 'kernel-start-failed'
    | 'kernel-died'
    | 'export-failed'
    | 'export-timeout'
    | 'cancelled'
    | 'code-differs'
    | 'worker-died'
    | 'internal';
  readonly message: string;
  /** The file that could not be written (`write-failed`). */
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  /** Code cell from 1, of how many; line within the cell from 1 where the traceback names one. */
  readonly cell?: number;
  readonly cells?: number;
  readonly cellLine?: number;
  readonly exception?: string;
  readonly traceback?: string;
  /** Whether `out` holds the partial notebook. */
  readonly partial?: boolean;
  readonly hint?: string;
}
