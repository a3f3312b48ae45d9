// Runs that are ended from outside: limits, cancelling, several at once.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { IPYKERNEL, isAlive, Rig, textOf, untilExists, untilGone } from './execute-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});
beforeEach(() => {
  rig.events.length = 0;
});
afterAll(() => rig.close());

const FOREVER = 'print("before", flush=True)\nwhile True:\n    pass';
const STUBBORN = `
import time
while True:
    try:
        while True:
            time.sleep(0.01)
    except KeyboardInterrupt:
        open("interrupted", "w").close()`;

test('a cell over its limit is interrupted: the traceback says where it was', async () => {
  const path = await rig.notebook('late', ['1', FOREVER, '3']);
  const result = await rig.execute(path, { cellTimeout: 0.5 });
  expect(result).toMatchObject({
    ok: false,
    error: {
      reason: 'cell-timeout',
      message: 'Cell 2 of 3 ran longer than 0.5 s.',
      cell: 2,
      partial: true,
      traceback: expect.stringContaining('KeyboardInterrupt'),
    },
  });
  const cells = await rig.cells(`${path}.out`);
  expect(cells[1]?.outputs?.[0]).toMatchObject({ text: ['before\n'] });
  expect(cells[2]?.outputs).toEqual([]);
});

test('a cell that swallows interrupts is killed', async () => {
  const path = await rig.notebook('stubborn', [STUBBORN]);
  const kernel = rig.next('kernel-started');
  const result = await rig.execute(path, { cellTimeout: 0.5 });
  expect(result).toMatchObject({ ok: false, error: { reason: 'cell-timeout', cell: 1, partial: true } });
  await untilExists(rig.path('interrupted'));
  await untilGone((await kernel).pid ?? 0);
});

test('the limit of the whole notebook, also where cells allow exceptions', async () => {
  const forever = { source: FOREVER, metadata: { tags: ['raises-exception'] } };
  const path = await rig.notebook('long', [forever, 'print("never")']);
  expect(await rig.execute(path, { notebookTimeout: 0.5 })).toMatchObject({
    ok: false,
    error: {
      reason: 'notebook-timeout',
      message: 'The notebook ran longer than 0.5 s.',
      cell: 1,
      partial: true,
    },
  });
  expect((await rig.cells(`${path}.out`))[1]?.outputs).toEqual([]);
});

test('cancelling ends a running kernel, and one that still starts, without harm to a third', async () => {
  const running = new AbortController();
  const starting = new AbortController();
  const other = rig.execute(await rig.notebook('other', ['import time\ntime.sleep(1)\nprint("fine")']));
  await rig.next('cell-started');
  const first = rig.execute(await rig.notebook('first', [FOREVER]), {}, running.signal);
  const { pid } = await rig.next('kernel-started');
  await rig.next('cell-output');
  const mute = { ...IPYKERNEL, argv: ['sleep', '1000'] };
  const second = rig.execute(await rig.notebook('second', ['1']), { kernel: mute }, starting.signal);
  running.abort();
  starting.abort();
  expect(await first).toMatchObject({ ok: false, error: { reason: 'cancelled' } });
  expect(await second).toMatchObject({ ok: false, error: { reason: 'cancelled' } });
  expect(await isAlive(pid ?? 0)).toBe(false);
  expect(await other).toMatchObject({ ok: true });
});

test('cancelling before the request is sent', async () => {
  const path = await rig.notebook('unsent', ['1']);
  expect(await rig.execute(path, {}, AbortSignal.abort())).toMatchObject({ error: { reason: 'cancelled' } });
  expect(rig.events).toEqual([]);
});

test('several at once, each in a kernel of its own', async () => {
  const wait =
    'import os, time\nopen(NAME, "w").close()\nwhile not os.path.exists(OTHER): time.sleep(0.01)\nprint(NAME)';
  const a = await rig.notebook('a', [wait.replaceAll('NAME', '"A"').replace('OTHER', '"B"')]);
  const b = await rig.notebook('b', [wait.replaceAll('NAME', '"B"').replace('OTHER', '"A"')]);
  const results = await Promise.all([rig.execute(a), rig.execute(b)]);
  expect(results).toMatchObject([{ ok: true }, { ok: true }]);
  expect(textOf((await rig.cells(`${a}.out`))[0])).toBe('A\n');
  expect(textOf((await rig.cells(`${b}.out`))[0])).toBe('B\n');
});

test('a process that the notebook leaves running in the background is ended with the kernel', async () => {
  const path = await rig.notebook('background', [
    'import subprocess\nprint(subprocess.Popen(["sleep", "1000"]).pid)',
  ]);
  expect(await rig.execute(path)).toMatchObject({ ok: true });
  expect(await isAlive(Number(textOf((await rig.cells(`${path}.out`))[0])))).toBe(false);
});
