// What pairing metadata each side of a notebook should carry: the formats string and the kernelspec.
import type { Session } from '../../engine/session.ts';
import type { Notebook } from '../../project/notebook.ts';
import type { ResolvedKernel } from '../../python/kernelspecs.ts';
import type { Result } from '../../result.ts';
import type { KernelLabel } from '../../worker/protocol.ts';
import { isPresent, type Sides } from './sides.ts';

/** The pairing that the configuration asks for. */
export interface Pairing {
  /** In the `.py` and the `.md`. */
  readonly formats: string | null;
  /** In the `.ipynb`: Jupyter cannot open one that names a hidden folder unless hidden files are allowed. */
  readonly ipynbFormats: string | null;
  /** Null where no kernel is named and none is found: then what stands is kept. */
  readonly kernel: KernelLabel | null;
}

/** The kernel: entry, flow, then what was chosen in Jupyter, then the header, then Jupyter's default. */
export async function kernelOf(
  session: Session,
  notebook: Notebook,
  sides: Sides,
): Promise<Result<ResolvedKernel>> {
  const chosen = isPresent(sides.ipynb) ? sides.ipynb.projection.kernel : null;
  const kernels = await session.python.kernels();
  return kernels.resolve(notebook.kernel, chosen ?? sides.script.projection.kernel);
}

/** Works out the pairing from the configuration, the kernelspecs and Jupyter's settings on this machine. */
export async function wantedPairing(session: Session, notebook: Notebook, sides: Sides): Promise<Pairing> {
  const { formats } = notebook;
  const ipynbFormats = await ipynbFormatsOf(session, notebook);
  return { formats, ipynbFormats, kernel: await kernelLabel(session, notebook, sides) };
}

async function ipynbFormatsOf(session: Session, { formats, layout }: Notebook): Promise<string | null> {
  return layout === 'split' && !(await session.python.hiddenFiles()).allowed ? null : formats;
}

/**
 * The `.py`, where Jupyter opens it together with the `.ipynb`: then the cells come from the newest of `.py` and `.md`,
 * and Jupyter may refuse to open a pair whose `.ipynb` is newer than that.
 */
export async function timedSource(session: Session, notebook: Notebook): Promise<string | undefined> {
  const isTogether = notebook.pairIpynb && (await ipynbFormatsOf(session, notebook)) !== null;
  return isTogether ? notebook.script : undefined;
}

async function kernelLabel(session: Session, notebook: Notebook, sides: Sides): Promise<KernelLabel | null> {
  const spec = await kernelOf(session, notebook, sides);
  // A kernel that is not installed here may be a slip of the pen: it is not written into files, and exec tells of it.
  if (!spec.ok) return null;
  const { name, displayName, language } = spec.value;
  return { name, displayName, language };
}
