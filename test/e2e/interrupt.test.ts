// Ctrl-C, signals and kills in the middle of a cell: nothing is left running, nothing is lost, the next build is right.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failuresOf } from '../support/failures.ts';
import type { NotebookFiles } from '../support/notebooks.ts';
import { hasProc, processesOf } from '../support/processes.ts';
import { percent, Rig, ran, until } from '../support/rig.ts';

/** A cell that runs until somebody writes the file `go` into the project; interrupts end it, or are told and ignored. */
function endless(rig: Rig, onInterrupt: 'raise' | 'pass' = 'raise'): string {
  return [
    'import os, time',
    `while not os.path.exists(${JSON.stringify(rig.path('go'))}):`,
    '    try:',
    `        ${ran('in the cell')}`,
    '        time.sleep(0.05)',
    '    except KeyboardInterrupt:',
    `        ${ran('interrupted')}`,
    `        ${onInterrupt}`,
    'print("went")',
  ].join('\n');
}

/** `quick` is good at once, `long` waits in its second cell, `later` depends on it. */
async function project(rig: Rig, onInterrupt?: 'raise' | 'pass'): Promise<NotebookFiles> {
  await rig.notebook('quick', percent(ran('quick')));
  const long = await rig.notebook('long', percent(ran('long'), endless(rig, onInterrupt)));
  await rig.notebook('later', percent(ran('later')), { depends_on: ['long'] });
  return long;
}

const log = (rig: Rig): Promise<string> => readFile(rig.outside('runs.log'), 'utf8').catch(() => '');

/** Waits until `long` is in its second cell and `quick` has ended. */
async function inTheMiddle(rig: Rig): Promise<void> {
  await until(async () => {
    const text = await log(rig);
    return text.includes('in the cell') && text.includes('quick');
  });
}

/** Lets `long` end this time, and expects everything as if nothing had happened. */
async function expectNextBuildRight(rig: Rig, long: NotebookFiles): Promise<void> {
  await rig.runs();
  await rig.write('go', '');
  const next = await rig.build();
  expect(next.code).toBe(0);
  expect(next.events.filter(({ type }) => type === 'remark')).toEqual([]); // nobody waits for the dead
  expect(next.summary).toMatchObject({ notebooks: 3, failed: 0, blocked: 0 });
  expect(await rig.outputs(long.ipynb)).toEqual(['', 'went\n']);
  const runs = await rig.runs();
  expect(runs.filter((name) => name !== 'in the cell' && name !== 'quick')).toEqual(['later', 'long']);
  const again = await rig.build();
  expect(again.summary).toMatchObject({ fresh: 3, kernels_started: 0 });
  const held = (await rig.list('.pipeio/state/locks')).filter((name) => /^[0-9a-f]+$/.test(name));
  expect(held).toEqual([]);
}

async function expectNothingRuns(rig: Rig): Promise<void> {
  if (hasProc) expect(await processesOf(rig)).toEqual([]);
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle of a cell', async (signal) => {
  await using rig = await Rig.create();
  const long = await project(rig);
  const build = rig.start('build', '--json', '-j', '2');
  await inTheMiddle(rig);
  await build.event((event) => event.type === 'node-finished' && event.node === 'exec');
  build.signal(signal);
  const ended = await build.ended;
  expect(ended.code).toBe(130);
  await expectNothingRuns(rig);
  // The cell was interrupted, not killed; what had ended is kept, what had not is called neither good nor failed.
  expect(await log(rig)).toContain('interrupted');
  expect(ended.summary).toMatchObject({
    notebooks: 3,
    executed: 1,
    updated: 0,
    fresh: 0,
    failed: 0,
    blocked: 0,
  });
  expect(failuresOf(ended.events)).toEqual({});
  expect(await rig.outputs(long.ipynb)).toEqual(['', '']);
  expect(await rig.list('.pipeio/tmp')).toEqual([]);
  expect(await rig.list('.pipeio/state/locks')).toEqual([]);
  await expectNextBuildRight(rig, long);
});

test('Ctrl-C of a terminal reaches the whole foreground group: told in words, exit code 130', async () => {
  await using rig = await Rig.create();
  const long = await project(rig);
  const cli = join(import.meta.dirname, '../../dist/cli.js');
  const child = spawn(process.execPath, [cli, 'build'], { cwd: rig.root, env: rig.env, detached: true });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const closed = once(child, 'close');
  await inTheMiddle(rig);
  await until(() => /exec {2}quick {2}executed/.test(told));
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  expect((await closed)[0]).toBe(130);
  await expectNothingRuns(rig);
  expect(told).toContain('interrupted: stopping the kernels');
  expect(told).toMatch(/3 notebooks: 1 executed, 2 not finished/);
  expect(told).not.toMatch(/failed|Error|^ +at /m);
  await expectNextBuildRight(rig, long);
});

test('a second Ctrl-C ends at once what ignores the first', async () => {
  await using rig = await Rig.create();
  const long = await project(rig, 'pass');
  const build = rig.start('build', '--json', '-j', '2');
  await inTheMiddle(rig);
  build.signal('SIGINT');
  await build.event((event) => event.type === 'notice' && event.text.startsWith('interrupted'));
  build.signal('SIGINT');
  const ended = await build.ended;
  expect(ended.code).toBe(130);
  expect(ended.events.at(-1)?.type).not.toBe('summary');
  if (hasProc) await until(async () => (await processesOf(rig)).length === 0);
  await expectNextBuildRight(rig, long);
});

test.runIf(hasProc)('SIGKILL of pipeio takes worker and kernels along', async () => {
  await using rig = await Rig.create();
  const long = await project(rig, 'pass');
  const build = rig.start('build', '--json', '-j', '2');
  await inTheMiddle(rig);
  expect((await processesOf(rig)).length).toBeGreaterThan(1);
  await build.kill();
  await until(async () => (await processesOf(rig)).length === 0);
  expect(await rig.outputs(long.ipynb)).toEqual(['', '']);
  await expectNextBuildRight(rig, long);
});

test.runIf(hasProc)('SIGKILL of the worker is told; what came after it is built by a new one', async () => {
  await using rig = await Rig.create();
  const long = await project(rig);
  await rig.notebook('other', percent(ran('other')));
  const build = rig.start('build', '--json', '-j', '1');
  await until(async () => (await log(rig)).includes('in the cell'));
  await killOne(rig, /worker\/main\.py/);
  const ended = await build.ended;
  expect(ended.code).toBe(1);
  expect(failuresOf(ended.events)).toEqual({
    long: { node: 'exec', reason: 'worker-died', message: expect.stringContaining('killed by SIGKILL') },
  });
  expect(ended.summary).toMatchObject({
    notebooks: 4,
    failed: 1,
    blocked: 1,
    executed: 2,
  });
  await expectNothingRuns(rig);
  await rig.notebook('other', percent(ran('other')), { status: 'archived' });
  await expectNextBuildRight(rig, long);
});

test.runIf(hasProc)(
  'SIGKILL of a kernel is told with its cell and line; the next build is right',
  async () => {
    await using rig = await Rig.create();
    const long = await project(rig);
    const build = rig.start('build', '--json', '-j', '1');
    await until(async () => (await log(rig)).includes('in the cell'));
    await killOne(rig, /ipykernel/);
    const ended = await build.ended;
    expect(ended.code).toBe(1);
    const script = (await rig.read(long.script)).split('\n');
    expect(failuresOf(ended.events)).toEqual({
      long: expect.objectContaining({
        reason: 'kernel-died',
        cell: 2,
        line: script.indexOf('import os, time') + 1,
        message: expect.stringMatching(/SIGKILL.*memory/),
      }),
    });
    await expectNothingRuns(rig);
    await expectNextBuildRight(rig, long);
  },
);

async function killOne(rig: Rig, command: RegExp): Promise<void> {
  const victims = (await processesOf(rig)).filter((one) => command.test(one.command));
  expect(victims).toHaveLength(1);
  for (const { pid } of victims) process.kill(pid, 'SIGKILL');
}
