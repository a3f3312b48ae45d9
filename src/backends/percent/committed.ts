// The base of a pair where this checkout remembers none: what git's HEAD holds, if both sides agree there.
import { writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Session } from '../../engine/session.ts';
import type { Notebook } from '../../project/notebook.ts';
import type { FileFormat, TextSettings } from '../../worker/protocol.ts';

/** The source digest of both sides at HEAD; undefined outside git, for uncommitted files, or where they differ. */
export async function committedSource(
  session: Session,
  notebook: Notebook,
  settings: TextSettings,
): Promise<string | undefined> {
  if (notebook.ipynb === null) return undefined;
  const [script, ipynb] = await Promise.all([
    sourceAtHead(session, notebook.script, 'percent', settings),
    sourceAtHead(session, notebook.ipynb, 'ipynb', settings),
  ]);
  return script !== undefined && script === ipynb ? script : undefined;
}

async function sourceAtHead(
  session: Session,
  path: string,
  format: FileFormat,
  settings: TextSettings,
): Promise<string | undefined> {
  const { execa } = await import('execa');
  const cwd = dirname(path);
  const shown = await execa('git', ['show', `HEAD:./${basename(path)}`], {
    cwd,
    encoding: 'buffer',
    reject: false,
    stdin: 'ignore',
  });
  if (shown.failed) return undefined;
  const copy = await session.files.temporary(format === 'ipynb' ? '.ipynb' : '.py');
  await writeFile(copy, shown.stdout);
  const side = await session.projections.of(copy, format, settings);
  return side.ok && side.value.projection !== null ? side.value.projection.source : undefined;
}
