// Disks that are full or read-only, as small file systems in memory: mounting them needs root on Linux.
import { mkdir } from 'node:fs/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { failuresOf } from '../support/failures.ts';
import { percent, Rig, ran } from '../support/rig.ts';

/** A file system in memory; it must be disposed of before the rig whose folder it stands in. */
class Mount {
  readonly #folder: string;
  #isThere = true;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async at(folder: string, options: string): Promise<Mount> {
    await mkdir(folder, { recursive: true });
    await execa('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
    return new Mount(folder);
  }

  async change(options: string): Promise<void> {
    await execa('mount', ['-o', `remount,${options}`, this.#folder]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isThere) await execa('umount', [this.#folder]);
    this.#isThere = false;
  }
}

async function canMount(): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  await using rig = await Rig.create();
  try {
    await using _mount = await Mount.at(rig.outside('probe'), 'size=64k');
    return true;
  } catch {
    return false; // a container without the right to mount
  }
}

const isAble = await canMount();
const why = isAble ? '' : ' (skipped: no file system can be mounted here)';

async function project(): Promise<Rig> {
  const rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  await rig.notebook('page', percent(ran('page'), 'print("page")'), { publish_html: true });
  await rig.notebook('other', percent(ran('other')));
  return rig;
}

test.runIf(isAble).each([
  ['full', 'size=64k', 'the disk is full (ENOSPC)'],
  ['read-only', 'ro', 'the file system is read-only (EROFS)'],
])(`an output folder that is %s${why}`, async (_, options, message) => {
  await using rig = await project();
  await using docs = await Mount.at(rig.path('docs'), options);
  const built = await rig.build();
  expect(built.code).toBe(1);
  expect(await rig.runs()).toEqual(['other', 'page']);
  const path = rig.path('docs/nb-page.html');
  expect(failuresOf(built.events)).toEqual({
    page: expect.objectContaining({ node: 'publish:html', reason: 'write-failed', message, path }),
  });
  expect(await rig.list('docs')).toEqual([]);
  await docs[Symbol.asyncDispose]();
  const mended = await rig.build();
  expect(mended.code).toBe(0);
  expect(mended.summary).toMatchObject({ updated: 1, fresh: 1, kernels_started: 0 });
});

test.runIf(isAble)(`a full disk under .pipeio loses nothing${why}`, async () => {
  await using rig = await project();
  await using own = await Mount.at(rig.path('.pipeio'), 'size=100k');
  const built = await rig.build();
  expect(built.code).toBe(1);
  const failures = Object.values(failuresOf(built.events));
  expect(failures.length).toBeGreaterThan(0);
  for (const failure of failures)
    expect(failure).toMatchObject({ reason: 'write-failed', message: 'the disk is full (ENOSPC)' });
  await own.change('size=20m');
  const mended = await rig.build();
  expect(failuresOf(mended.events)).toEqual({});
  expect(mended.code).toBe(0);
  expect(await rig.outputs('code/pipelines/flow/notebooks/explore/page.ipynb')).toEqual(['', 'page\n']);
  expect((await rig.build()).summary).toMatchObject({ fresh: 2, kernels_started: 0 });
});

test.runIf(isAble)(`a read-only .pipeio is told at once; looking is possible${why}`, async () => {
  await using rig = await project();
  await using _own = await Mount.at(rig.path('.pipeio'), 'ro');
  const built = await rig.run('build');
  expect([built.code, built.stderr.split('\n')[0]]).toEqual([1, 'the file system is read-only (EROFS)']);
  expect((await rig.build('-n')).summary).toMatchObject({ executed: 2 });
  expect(await rig.runs()).toEqual([]);
});
