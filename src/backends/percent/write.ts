// Converts and puts the result in place: the one step that pair, sync and exec share.
import type { Digest } from '../../../cache/index.ts';
import type { Conversion } from '../../engine/conversions.ts';
import type { Backup, Content } from '../../engine/files.ts';
import type { Session } from '../../engine/session.ts';
import { ok, type Result } from '../../result.ts';
import type { WorkerOps } from '../../worker/protocol.ts';

/**
 * Runs a conversion and replaces `target` with its output, if `target` still holds `expected`. `source` is a file that
 * must not look older than `target` afterwards (`timedSource`).
 */
export async function write<Op extends Conversion>(
  session: Session,
  op: Op,
  args: Omit<WorkerOps[Op]['args'], 'out'>,
  target: string,
  expected: Content,
  backup: Backup = 'told',
  source?: string,
): Promise<Result<Digest>> {
  const converted = await session.conversions.run(op, args, target);
  if (!converted.ok) return converted;
  const replaced = await session.files.replace(converted.value, target, expected, backup, source);
  return replaced.ok ? ok(replaced.value.digest) : replaced;
}
