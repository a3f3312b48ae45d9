// Which environments are the user's, and which Python the worker gets.
import { mkdir, readdir, symlink, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { Machine, testPython, WORKER } from './rig.ts';

const { jupytext: _, ...WITHOUT_JUPYTEXT } = WORKER;

test('environments come in the order: named, PIPEIO_PYTHON, venv, conda, .venv, PATH; each once', async () => {
  await using machine = await Machine.create();
  const named = await machine.venv('named');
  machine.env.PIPEIO_PYTHON = await machine.venv('variable');
  const active = await machine.venv('active');
  machine.env.VIRTUAL_ENV = machine.path('active');
  const conda = await machine.venv('conda');
  machine.env.CONDA_PREFIX = machine.path('conda');
  const local = await machine.venv('project/.venv');
  const onPath = await machine.venv('onpath');
  machine.env.PATH = `${machine.path('active', 'bin')}:${machine.path('onpath', 'bin')}`;
  const paths = async () =>
    (await machine.open(named).userEnvironments()).environments.map(({ interpreter }) => interpreter.path);
  expect(await paths()).toEqual([named, machine.env.PIPEIO_PYTHON, active, conda, local]);
  machine.env.PATH = machine.path('onpath', 'bin');
  expect((await paths()).at(-1)).toBe(`${onPath}3`);
});

test('the worker runs in the first environment that has its packages, silently', async () => {
  await using machine = await Machine.create();
  await machine.venv('active', WITHOUT_JUPYTEXT);
  machine.env.VIRTUAL_ENV = machine.path('active');
  const local = await machine.venv('project/.venv', WORKER);
  const python = machine.open();
  expect(await python.workerPython()).toMatchObject({ ok: true, value: { path: local } });
  expect(machine.notices).toEqual([]);
  expect(python.pythonStarted).toBe(2);
  const again = machine.open();
  await again.workerPython();
  expect(again.pythonStarted).toBe(0);
});

test('a named one without the packages is told of, and stays first for kernels', async () => {
  await using machine = await Machine.create();
  const named = await machine.venv('named', { ...WORKER, jupytext: '1.2.0' });
  const local = await machine.venv('project/.venv', WORKER);
  const python = machine.open(named);
  expect(await python.workerPython()).toMatchObject({ ok: true, value: { path: local } });
  expect(machine.notices).toEqual([
    `${named} (python: of pipeio.yml) cannot run pipeio's worker: jupytext 1.2.0 is older than 1.17; it still serves kernels`,
  ]);
  expect((await python.userEnvironments()).environments[0]?.interpreter.path).toBe(named);
});

test('one that is named and not there is an error that says so', async () => {
  await using machine = await Machine.create();
  await machine.venv('project/.venv', WORKER);
  machine.env.PIPEIO_PYTHON = 'python9';
  expect(await machine.open().workerPython()).toMatchObject({
    ok: false,
    error: { reason: 'python-missing', message: expect.stringContaining('PIPEIO_PYTHON names python9') },
  });
});

test('a Python that is too old is not used, and without another that is the end', async () => {
  await using machine = await Machine.create();
  const python = await machine.venv('env', WORKER);
  const sh = await machine.real('sh');
  await symlink(await machine.real('sed'), machine.path('bin', 'sed'));
  await machine.script(
    'bin/python3',
    `#!${sh}\n${python} "$@" | sed 's/"version": "[0-9.]*"/"version": "3.8.18"/'\n`,
  );
  expect(await machine.open().workerPython()).toMatchObject({
    ok: false,
    error: { reason: 'python-missing', message: expect.stringContaining('no Python 3.10 or newer') },
  });
  const local = await machine.venv('project/.venv', WORKER);
  machine.env.PIPEIO_PYTHON = 'python3';
  expect(await machine.open().workerPython()).toMatchObject({ ok: true, value: { path: local } });
  expect(machine.notices[0]).toContain('Python 3.8.18 is older than 3.10');
});

test('what the installer said stands in the failure, and nothing is left half made', async () => {
  await using machine = await Machine.create();
  const python = await machine.venv('env');
  machine.env.PIPEIO_PYTHON = python;
  const sh = await machine.real('sh');
  // Stands in for uv where the packages cannot be had: the environment is made, then the installation fails.
  await machine.script(
    'bin/uv',
    `#!${sh}\n[ "$1" = venv ] && exec ${python} -m venv --without-pip "$5"\necho "no route to $4" >&2\nexit 2\n`,
  );
  const made = await machine.open().workerPython();
  expect(made).toMatchObject({
    ok: false,
    error: {
      reason: 'python-setup-failed',
      message: expect.stringMatching(/no route to .*\.tmp\/bin\/python$/),
      hint: expect.stringContaining('PIPEIO_PYTHON'),
    },
  });
  expect(await readdir(machine.path('cache', 'pipeio'))).toEqual(['interpreters.json']);
});

test('a cache folder that cannot be made is a failure, not a throw', async () => {
  await using machine = await Machine.create();
  machine.env.PIPEIO_PYTHON = await machine.venv('env');
  await machine.write('cache', 'no folder');
  expect(await machine.open().workerPython()).toMatchObject({
    ok: false,
    error: { reason: 'python-setup-failed' },
  });
});

test('two at once make one environment where a broken one stood; the next run uses it', async () => {
  await using machine = await Machine.create();
  const settings = Object.entries(process.env).filter(([name]) => /^(PIP_|SSL_|https?_proxy$)/i.test(name));
  // The user's download cache spares the test most of its time.
  const downloads = { PIP_CACHE_DIR: join(homedir(), '.cache', 'pip') };
  Object.assign(machine.env, downloads, Object.fromEntries(settings), { PIP_USER: '1' });
  machine.env.PIPEIO_PYTHON = await machine.venv('env');
  const { environments } = await machine.open().userEnvironments();
  const base = environments[0]?.interpreter;
  if (!base) throw new Error('no base');
  const { folder, interpreter } = await machine.open().ownEnvironment(base);
  expect(interpreter).toBeNull();
  const name = basename(folder);
  await machine.venv(`cache/pipeio/${name}`, { jupytext: '1.0' });
  const [killed, running] = [`${folder}.killed.tmp`, `${folder}.running.tmp`];
  for (const path of [killed, running]) await mkdir(path);
  await utimes(killed, 1, 1);

  const [one, two] = await Promise.all([machine.open().workerPython(), machine.open().workerPython()]);
  if (!one.ok || !two.ok) throw new Error(JSON.stringify([one, two]));
  expect(one.value).toEqual(two.value);
  expect(one.value.prefix).toBe(folder);
  expect(machine.notices.join('\n')).toContain('preparing a Python environment');
  const left = await readdir(machine.path('cache', 'pipeio'));
  expect(left.sort()).toEqual([basename(running), 'interpreters.json', name].sort());

  machine.notices.length = 0;
  const next = machine.open();
  expect(await next.workerPython()).toEqual(one);
  expect(machine.notices).toEqual([
    `${base.path} (PIPEIO_PYTHON) cannot run pipeio's worker: no jupytext, no nbformat, no nbclient, no nbconvert, no jupyter-client; it still serves kernels`,
  ]);
  expect((await next.userEnvironments()).environments.map((each) => each.interpreter)).toEqual([base]);
  machine.env.VIRTUAL_ENV = folder;
  expect((await machine.open().userEnvironments()).environments).toHaveLength(1);
}, 600_000);

test('the Python of the test machine can run the worker', async () => {
  await using machine = await Machine.create();
  expect(await machine.open(testPython()).workerPython()).toMatchObject({
    ok: true,
    value: { path: testPython() },
  });
});
