// The temporary folders of kernels, after the death of a worker.
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Rig, untilGone } from './execute-rig.ts';

test.runIf(process.platform === 'linux')(
  'a new worker removes the folders of a killed one, and of nobody else',
  async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'f-')));
    const create = () => Rig.create(undefined, { TMPDIR: folder });
    const [killed, living, later] = await Promise.all([create(), create(), create()]);
    const sleep = 'import time\nprint("on", flush=True)\ntime.sleep(1000)';
    const runs = [];
    for (const rig of [killed, living]) {
      const started = rig.next('cell-output');
      runs.push(rig.execute(await rig.notebook('sleep', [sleep])));
      await started;
    }
    const before = await readdir(folder);
    const ofWorker = (rig: Rig) => before.filter((name) => name.startsWith(`pio-${rig.worker.ready.pid}-`));
    expect([ofWorker(killed), ofWorker(living)]).toEqual([[expect.any(String)], [expect.any(String)]]);
    // The same name from another machine or container that shares the folder: nothing is known of its worker.
    const foreign = String(ofWorker(killed)[0]).replace(/-[0-9a-f]{8}-/, '-00000000-');
    await mkdir(join(folder, foreign));
    killed.worker.kill();
    await untilGone(killed.worker.ready.pid);

    expect(await later.execute(await later.notebook('next', ['1']))).toMatchObject({ ok: true });
    const after = await readdir(folder);
    expect(after).not.toContain(ofWorker(killed)[0]);
    expect(after).toEqual(expect.arrayContaining([foreign, ...ofWorker(living)]));
    await Promise.all([killed, living, later].map((rig) => rig.close()));
    await Promise.all(runs);
    expect((await readdir(folder)).filter((name) => name.startsWith('pio-'))).toEqual([foreign]);
    await rm(folder, { recursive: true });
  },
);
