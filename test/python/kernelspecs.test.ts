// Kernels are found as Jupyter finds them, without starting Python, and their identity names no machine.
import { execFile } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { ResolvedKernel } from '../../src/python/kernelspecs.ts';
import { Machine, testPython } from './rig.ts';

async function resolve(machine: Machine, name: string, inNotebook?: string): Promise<ResolvedKernel> {
  const found = await (await machine.open().kernels()).resolve(name, inNotebook);
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}

async function missing(machine: Machine, name: string) {
  const found = await (await machine.open().kernels()).resolve(name);
  if (found.ok) throw new Error(JSON.stringify(found.value));
  return found.error;
}

test('`python` in a kernelspec is the interpreter of the environment that it lies in', async () => {
  await using machine = await Machine.create();
  machine.env.VIRTUAL_ENV = machine.path('active');
  const active = await machine.venv('active');
  const other = await machine.venv('other');
  await machine.kernel('active/share/jupyter', 'here');
  await machine.kernel('other/share/jupyter', 'There');
  machine.env.JUPYTER_PATH = machine.path('other', 'share', 'jupyter');
  expect((await resolve(machine, 'here')).argv[0]).toBe(active);
  expect((await resolve(machine, 'THERE')).argv[0]).toBe(other);
});

test('`python` in the user’s folder is the first environment with ipykernel, though ~/.local has one', async () => {
  await using machine = await Machine.create();
  machine.env.VIRTUAL_ENV = machine.path('active');
  await machine.venv('active');
  const local = await machine.venv('project/.venv', { ipykernel: '7.4.0' });
  await machine.kernel('home/.local/share/jupyter', 'mine');
  await mkdir(machine.path('home', '.local', 'bin'));
  await symlink(testPython(), machine.path('home', '.local', 'bin', 'python'));
  machine.env.JUPYTER_DATA_DIR = machine.path('home', '.local', 'share', 'jupyter');
  expect((await resolve(machine, 'mine')).argv[0]).toBe(local);
});

test('a Python behind `env` is the one on PATH, and counts', async () => {
  await using machine = await Machine.create();
  machine.env.VIRTUAL_ENV = machine.path('active');
  await machine.venv('active');
  const onPath = await machine.venv('other');
  machine.env.PATH = machine.path('other', 'bin');
  const argv = ['/usr/bin/env', 'python3', '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
  await machine.kernel('active/share/jupyter', 'k', { argv });
  const kernel = await resolve(machine, 'k');
  expect(kernel.argv[0]).toBe(`${onPath}3`);
  expect(kernel.argv.slice(1)).toEqual(argv.slice(2));
  expect(kernel.identity).toContain(`cpython ${kernel.interpreter?.version}`);
});

test('of one name: JUPYTER_PATH before a venv, a venv before the user’s folder, that before other Pythons', async () => {
  await using machine = await Machine.create();
  const spec = (displayName: string) => ({ display_name: displayName });
  machine.env.VIRTUAL_ENV = machine.path('active');
  machine.env.JUPYTER_DATA_DIR = machine.path('data');
  await machine.venv('active');
  await machine.kernel('named', 'k', spec('named'));
  await machine.kernel('active/share/jupyter', 'k', spec('venv'));
  await machine.kernel('data', 'k', spec('user'));
  machine.env.JUPYTER_PATH = machine.path('named');
  expect((await resolve(machine, 'k')).displayName).toBe('named');
  machine.env.JUPYTER_PATH = undefined;
  expect((await resolve(machine, 'k')).displayName).toBe('venv');
  machine.env.JUPYTER_PREFER_ENV_PATH = '0';
  expect((await resolve(machine, 'k')).displayName).toBe('user');
});

test('no name means the notebook’s own kernel, else python3', async () => {
  await using machine = await Machine.create();
  machine.env.VIRTUAL_ENV = machine.path('active');
  await machine.venv('active');
  await machine.kernel('active/share/jupyter', 'python3');
  await machine.kernel('active/share/jupyter', 'other');
  expect((await resolve(machine, '')).name).toBe('python3');
  expect((await resolve(machine, '', 'other')).name).toBe('other');
  expect((await resolve(machine, 'python3', 'other')).name).toBe('python3');
});

test('ipykernel without a kernelspec serves as python3, with the identity that its kernelspec would have', async () => {
  await using machine = await Machine.create();
  machine.env.VIRTUAL_ENV = machine.path('active');
  const python = await machine.venv('active', { ipykernel: '7.4.0' });
  const implicit = await resolve(machine, '');
  expect(implicit).toMatchObject({ name: 'python3', folder: null, language: 'python' });
  expect(implicit.argv).toEqual([python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']);
  await machine.kernel('active/share/jupyter', 'python3');
  const installed = await resolve(machine, '');
  expect(installed.folder).not.toBeNull();
  expect(installed.identity).toBe(implicit.identity);
});

test('a kernel that is missing names the others and says how to install one', async () => {
  await using machine = await Machine.create();
  machine.env.VIRTUAL_ENV = machine.path('active');
  const python = await machine.venv('active');
  await machine.kernel('active/share/jupyter', 'Cogpy');
  const failure = await missing(machine, 'neuropy-env');
  expect(failure).toMatchObject({ reason: 'kernel-missing', kernel: 'neuropy-env' });
  expect(failure.installed).toContain('cogpy');
  expect(failure.hint).toContain(`${python} -m ipykernel install --user --name neuropy-env`);
  expect((await missing(machine, '')).hint).toBe(
    `install a Python kernel: ${python} -m pip install ipykernel`,
  );
});

test('a kernelspec that is broken or whose program is gone says so by its name', async () => {
  await using machine = await Machine.create();
  machine.env.JUPYTER_DATA_DIR = machine.path('data');
  const sh = await machine.real('sh');
  await machine.kernel('data', 'gone', { argv: [machine.path('gone', 'bin', 'python'), '-m', 'x'] });
  await machine.kernel('data', 'absent', { argv: ['no-such-program'] });
  await machine.kernel('data', 'dead', {
    argv: [await machine.script('dead/bin/python', `#!${sh}\nexit 1\n`)],
  });
  await machine.kernel('data', 'empty', { argv: [] });
  await writeFile(join(await machine.kernel('data', 'torn'), 'kernel.json'), '{"argv": ["py');
  expect((await missing(machine, 'gone')).hint).toContain('which is not there');
  expect((await missing(machine, 'absent')).hint).toContain('no-such-program, which is not there');
  expect((await missing(machine, 'dead')).hint).toContain('does not work');
  expect((await missing(machine, 'empty')).hint).toContain('no valid kernelspec');
  expect((await missing(machine, 'torn')).hint).toContain('no valid kernelspec');
});

test('identity: version instead of path, known folders by name, variables sorted; another language by its program', async () => {
  await using machine = await Machine.create();
  const python = await machine.venv('project/.venv');
  machine.env.JUPYTER_DATA_DIR = machine.path('data');
  const argv = [
    python,
    '-m',
    'k',
    '--conf',
    machine.path('project', 'conf.json'),
    '{resource_dir}/x',
    '--at={prefix}/etc',
  ];
  const env = { B: `/opt/lib:${machine.path('home', 'lib')}`, A: `${machine.path('project')}ish` };
  const folder = await machine.kernel('data', 'mine', { argv, env });
  const r = await machine.script('bin/R', '#!/bin/sh\n');
  await machine.kernel('data', 'ir', {
    argv: [r, '--slave', '-f', '{connection_file}'],
    language: 'R',
    interrupt_mode: 'Message',
  });
  const mine = await resolve(machine, 'mine');
  expect(mine.argv.slice(5)).toEqual([`${folder}/x`, `--at=${machine.path('project', '.venv')}/etc`]);
  expect(JSON.parse(mine.identity)).toEqual({
    argv: [
      `cpython ${mine.interpreter?.version}`,
      '-m',
      'k',
      '--conf',
      './conf.json',
      '{resource_dir}/x',
      '--at={prefix}/etc',
    ],
    language: 'python',
    env: [
      ['A', `${machine.path('project')}ish`],
      ['B', '/opt/lib:~/lib'],
    ],
  });
  const other = await resolve(machine, 'ir');
  expect(other).toMatchObject({
    interpreter: null,
    interruptMode: 'message',
    argv: [r, '--slave', '-f', '{connection_file}'],
  });
  expect(JSON.parse(other.identity).argv).toEqual(['R', '--slave', '-f', '{connection_file}']);
});

test('on a known machine kernels are resolved without a single Python', async () => {
  await using machine = await Machine.create();
  await machine.venv('project/.venv', { ipykernel: '7.4.0' });
  await resolve(machine, '');
  const python = machine.open();
  await (await python.kernels()).resolve('');
  expect(python.pythonStarted).toBe(0);
});

test('Jupyter itself finds the same kernels in the same folders', async () => {
  await using machine = await Machine.create();
  machine.env.PIPEIO_PYTHON = testPython();
  machine.env.JUPYTER_PATH = [machine.path('one'), machine.path('two')].join(':');
  await machine.kernel('one', 'Both');
  await machine.kernel('two', 'both');
  await machine.kernel('two', 'second');
  await machine.kernel('home/.local/share/jupyter', 'mine');
  await machine.kernel('home/.ipython', 'old');
  await rm(await machine.kernel('two', 'hollow'), { recursive: true });
  await mkdir(machine.path('two', 'kernels', 'hollow'));
  const code =
    'import json; from jupyter_client.kernelspec import KernelSpecManager as K; print(json.dumps(K().find_kernel_specs()))';
  const { stdout } = await promisify(execFile)(testPython(), ['-c', code], { env: machine.env });
  const ours = await (await machine.open().kernels()).list();
  expect(Object.fromEntries(ours.map(({ name, folder }) => [name, folder]))).toEqual(JSON.parse(stdout));
});
