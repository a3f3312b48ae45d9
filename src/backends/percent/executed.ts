// An executed notebook in the store: the whole file, and what it says, so that it can be put back without Python.
import type { Digest, Trace } from '../../../cache/index.ts';
import type { Product } from '../../engine/keyed.ts';
import type { Session } from '../../engine/session.ts';
import { storedCopy } from '../../engine/stored.ts';
import { writeFailureOf } from '../../engine/write-failure.ts';
import { err, ok, type Result } from '../../result.ts';
import type { Projection, TextSettings } from '../../worker/protocol.ts';

/** What a trace of an exec node remembers. */
export interface Executed {
  /** Blob of the whole executed `.ipynb`. */
  readonly whole: Digest;
  /** Its size in bytes. */
  readonly size: number;
  /** Projections of that file. */
  readonly outputs: string;
  readonly source: string;
  readonly extras: string | null;
  readonly formats: string | null;
  readonly kernel: string | null;
}

const WHOLE = 'executed.ipynb';

/** Reads back what `storeExecuted` stored; anything else under an exec key is a bug. */
export function executedOf(trace: Pick<Trace, 'outputs' | 'facts'>): Executed {
  const whole = trace.outputs.find((output) => output.name === WHOLE);
  if (whole === undefined) throw new Error('a trace of an exec node has no executed notebook');
  return {
    ...(trace.facts as unknown as Omit<Executed, 'whole' | 'size'>),
    whole: whole.digest,
    size: whole.size,
  };
}

/** Stores an executed notebook as a blob with its projections. */
export async function storeExecuted(
  session: Session,
  path: string,
  settings: TextSettings,
  seconds: number,
): Promise<Result<Product>> {
  const side = await session.projections.of(path, 'ipynb', settings);
  if (!side.ok) return side;
  if (side.value.projection === null) throw new Error('the worker left no executed notebook');
  const stored = await session.cache.blobs.putFile(path);
  if (!stored.ok) return err(writeFailureOf(stored.error.path, stored.error.code));
  const { outputs, source, extras, formats, kernel } = side.value.projection;
  const facts = { outputs: outputs ?? '', source, extras, formats, kernel };
  const whole = { name: WHOLE, digest: stored.value.digest, size: stored.value.size };
  return ok({ outputs: [whole], facts, seconds });
}

/** Whether the stored file differs from a notebook on disk in nothing but outputs. */
export function isSameSource(executed: Executed, projection: Projection): boolean {
  return (
    executed.source === projection.source &&
    executed.extras === projection.extras &&
    executed.formats === projection.formats &&
    executed.kernel === projection.kernel
  );
}

/** The executed notebook with today's text, as a file to render from: the stored one, or its outputs spliced into the script. */
export async function executedFile(
  session: Session,
  script: string,
  source: string,
  executed: Executed,
): Promise<Result<string>> {
  const stored = await storedCopy(session, executed.whole, '.ipynb');
  if (!stored.ok || executed.source === source) return stored;
  const args = { notebook: script, format: 'percent' as const, executed: stored.value };
  return session.conversions.run('splice', args, script);
}
