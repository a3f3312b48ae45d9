// marimo exports through the worker, with the real marimo.
import { access, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WorkerOps } from '../../src/worker/protocol.ts';
import { PYTHON, Rig, untilExists, untilGone } from './execute-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});
afterAll(() => rig.close());

type Export = WorkerOps['export-marimo']['args'];

async function marimo(name: string, body: string): Promise<string> {
  const cell = [
    '@app.cell',
    'def _():',
    ...body.split('\n').map((line) => `    ${line}`),
    '    return',
    '',
    '',
  ];
  await writeFile(rig.path(name), ['import marimo', '', 'app = marimo.App()', '', '', ...cell].join('\n'));
  return rig.path(name);
}

async function run(notebook: string, options: Partial<Export> = {}, signal?: AbortSignal) {
  const args: Export = {
    program: join(dirname(PYTHON), 'marimo'),
    notebook,
    to: 'html',
    cwd: rig.root,
    env: {},
    timeout: null,
    out: `${notebook}.out`,
    ...options,
  };
  return await rig.worker.request('export-marimo', args, signal ? { signal } : {});
}

test('html runs the notebook, twice with the same bytes; md does not run it', async () => {
  const path = await marimo('good.py', 'import os\nopen(os.environ["MARK"], "w").close()\n6 * 7');
  const first = await run(path, { env: { MARK: 'ran' } });
  const second = await run(path, { env: { MARK: 'ran' } });
  await access(rig.path('ran'));
  expect(await readFile(`${path}.out`, 'utf8')).toContain('42');
  expect(first.ok && first.value.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(first.ok && first.value.digest).toBe(second.ok && second.value.digest);
  expect(await run(path, { to: 'md', env: { MARK: 'md' }, out: rig.path('out.md') })).toMatchObject({
    ok: true,
  });
  await expect(access(rig.path('md'))).rejects.toThrow();
});

test('ipynb holds the outputs', async () => {
  const path = await marimo('book.py', '6 * 7');
  expect(await run(path, { to: 'ipynb' })).toMatchObject({ ok: true });
  expect(await readFile(`${path}.out`, 'utf8')).toContain('42');
});

test('a failing cell: exception and line of the .py', async () => {
  const path = await marimo('bad.py', 'x = 1\ny = x + undefined_name');
  await run(path);
  // The second run finds the session file of the first, and must tell of its own.
  expect(await run(path)).toMatchObject({
    ok: false,
    error: {
      reason: 'export-failed',
      exception: "NameError: name 'undefined_name' is not defined",
      line: 9,
      partial: true,
      traceback: expect.stringContaining('Traceback'),
    },
  });
});

test('no notebook, no program', async () => {
  expect(await run(rig.path('absent.py'))).toMatchObject({
    ok: false,
    error: { reason: 'export-failed', exception: expect.stringContaining('does not exist') },
  });
  expect(await run(rig.path('absent.py'), { program: rig.path('nonesuch') })).toMatchObject({
    ok: false,
    error: { reason: 'export-failed', message: expect.stringContaining('could not be started') },
  });
});

test('a time limit and a cancel leave no process', async () => {
  const path = await marimo(
    'slow.py',
    'import os, time\nwith open(os.environ["PID"], "w") as f: f.write(str(os.getpid()))\ntime.sleep(1000)',
  );
  const cancel = new AbortController();
  const cancelled = run(path, { env: { PID: 'pid1' } }, cancel.signal);
  await untilExists(rig.path('pid1'));
  cancel.abort();
  expect(await cancelled).toMatchObject({ ok: false, error: { reason: 'cancelled' } });
  await untilGone(Number(await readFile(rig.path('pid1'), 'utf8')));
  expect(await run(path, { env: { PID: 'pid2' }, timeout: 0.2 })).toMatchObject({
    ok: false,
    error: { reason: 'export-timeout', message: 'The marimo notebook ran longer than 0.2 s.' },
  });
});
