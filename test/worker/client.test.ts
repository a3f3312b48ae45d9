// The worker's life as its client sees it: start, death on either side, what is left behind.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Worker } from '../../src/worker/client.ts';
import { FOLDER, PYTHON, Rig, untilExists, untilGone } from './execute-rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.create();
});
afterEach(() => rig.close());

/** A cell that names its kernel, a child, and a grandchild that has left the session, then runs for ever. */
const FAMILY = `
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "1000"])
daemon = subprocess.Popen([sys.executable, "-c", "import os, time; os.setsid(); print(os.getpid(), flush=True); time.sleep(1000)"],
                          stdout=subprocess.PIPE, text=True)
with open("family.part", "w") as file:
    file.write(f"{os.getpid()} {child.pid} {daemon.stdout.readline()}")
os.rename("family.part", "family")
time.sleep(1000)`;

async function family(): Promise<number[]> {
  await untilExists(rig.path('family'));
  return (await readFile(rig.path('family'), 'utf8')).trim().split(' ').map(Number);
}

test('the worker says who it is', () => {
  expect(rig.worker.ready.python).toMatch(/^cpython 3\.\d+\.\d+/);
  expect(rig.worker.ready.versions).toMatchObject({
    nbclient: expect.any(String),
    jupytext: expect.any(String),
  });
});

test('a worker that dies answers what is pending and what comes later', async () => {
  const pending = rig.execute(await rig.notebook('loop', [FAMILY]));
  const [kernel] = await family();
  rig.worker.kill();
  const death = {
    ok: false,
    error: { reason: 'worker-died', message: expect.stringContaining('killed by SIGKILL') },
  };
  expect(await pending).toMatchObject(death);
  expect(await rig.worker.request('cancel', { target: 1 })).toMatchObject(death);
  await untilGone(kernel ?? 0);
});

test('close ends running kernels and all that they started', async () => {
  const pending = rig.execute(await rig.notebook('loop', [FAMILY]));
  const pids = await family();
  await rig.worker.close();
  expect(await pending).toMatchObject({ ok: false, error: { reason: 'cancelled' } });
  expect(pids).toHaveLength(3);
  await untilGone(rig.worker.ready.pid, ...pids);
});

test('when the client is killed, the worker ends and leaves no process', async () => {
  const notebook = await rig.notebook('loop', [FAMILY]);
  const host = rig.path('host.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'client-host.ts')],
    outfile: host,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const client = spawn(process.execPath, [host, FOLDER, notebook], {
    env: { ...process.env, PIPEIO_TEST_PYTHON: PYTHON },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const worker = await new Promise<number>((resolve) => {
    client.stdout.once('data', (data) => resolve(Number(data)));
  });
  const pids = await family();
  client.kill('SIGKILL');
  expect(pids).toHaveLength(3);
  await untilGone(worker, ...pids);
});

test('lines of many megabytes and any text pass both ways', async () => {
  const text = `é😀${'x'.repeat(5_000_000)}`;
  const path = await rig.notebook('wide', [{ cell_type: 'markdown', source: text }]);
  const result = await rig.worker.request('cells', { path, format: 'ipynb', settings: null });
  expect(result.ok && result.value.cells[0]?.source === text).toBe(true);
  const answer = await rig.worker.request('cells', { path: `/${text}`, format: 'ipynb', settings: null });
  expect(answer.ok).toBe(false);
});

test('an expected failure and a bug have different reasons', async () => {
  const path = rig.path('absent.ipynb');
  expect(await rig.worker.request('cells', { path, format: 'ipynb', settings: null })).toMatchObject({
    error: { reason: 'source-missing' },
  });
  // @ts-expect-error an operation that does not exist
  const unknown = await rig.worker.request('no-such-operation', {});
  expect(unknown).toMatchObject({
    error: { reason: 'internal', message: expect.stringContaining('KeyError') },
  });
});

const options = { python: PYTHON, env: process.env, cwd: tmpdir() };

test('no interpreter, and a worker that cannot start', async () => {
  const missing = await Worker.start({ ...options, python: '/nonexistent/python', folder: FOLDER });
  expect(missing).toMatchObject({ ok: false, error: { reason: 'python-missing' } });
  const broken = await Worker.start({ ...options, folder: '/nonexistent' });
  expect(broken).toMatchObject({
    ok: false,
    error: { reason: 'worker-died', message: expect.stringMatching(/exit code 2.*\n.*nonexistent/) },
  });
});

test('an interpreter that hangs at its start is given up, though its children keep its pipes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hung-python-'));
  const python = join(folder, 'python');
  await writeFile(
    python,
    `#!/bin/sh\necho waiting >&2\nsleep 1000 &\necho $! $$ > "${folder}/pids"\nwait\n`,
    {
      mode: 0o755,
    },
  );
  const started = await Worker.start({ ...options, python, folder: FOLDER }, 2000);
  expect(started).toEqual({
    ok: false,
    error: { reason: 'worker-died', message: 'The Python worker was not ready within 2 s.\nwaiting' },
  });
  const [child, shell] = (await readFile(join(folder, 'pids'), 'utf8')).split(' ').map(Number);
  await untilGone(shell ?? 0);
  process.kill(child ?? 0);
  await rm(folder, { recursive: true });
});

test('a worker starts where PYTHONSAFEPATH is set', async () => {
  const env = { ...process.env, PYTHONSAFEPATH: '1' };
  const started = await Worker.start({ ...options, env, folder: FOLDER });
  if (!started.ok) throw new Error(started.error.message);
  await started.value.close();
});

test('a line that is no JSON ends the worker and is reported as a bug', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fake-worker-'));
  await writeFile(
    join(folder, 'main.py'),
    'import os, time\nos.write(3, b\'{"ready": {"pid": 1, "python": "", "versions": {}}}\\n\')\nos.read(3, 1)\nos.write(3, b"oh no\\n")\ntime.sleep(1000)',
  );
  const started = await Worker.start({ ...options, folder });
  if (!started.ok) throw new Error(started.error.message);
  expect(await started.value.request('cancel', { target: 1 })).toMatchObject({
    error: { reason: 'internal', message: expect.stringContaining('oh no') },
  });
  await started.value.close();
  await rm(folder, { recursive: true });
});
