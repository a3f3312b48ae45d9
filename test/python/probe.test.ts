// Interpreters are asked once, and again exactly when the answer could be another.
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Interpreter } from '../../src/python/interpreter.ts';
import { InterpreterProbe } from '../../src/python/probe.ts';
import { Machine } from './rig.ts';

async function ask(machine: Machine, path: string): Promise<[Interpreter | null, number]> {
  const probe = new InterpreterProbe(machine.env, machine.root);
  return [await probe.ask(path), probe.started];
}

test('a real interpreter answers, and the next run starts none', async () => {
  await using machine = await Machine.create();
  const python = await machine.venv('env');
  const [first, started] = await ask(machine, python);
  expect(started).toBe(1);
  expect(first).toMatchObject({ path: python, implementation: 'cpython', prefix: machine.path('env') });
  expect(first?.version).toMatch(/^3\.\d+\.\d+/);
  expect(first?.basePrefix).not.toBe(first?.prefix);
  expect(first?.searchPath).toHaveLength(1);
  expect(await ask(machine, python)).toEqual([first, 0]);
});

test('asked twice in one run it is started once', async () => {
  await using machine = await Machine.create();
  const python = await machine.venv('env');
  const probe = new InterpreterProbe(machine.env, machine.root);
  const [one, two] = await Promise.all([probe.ask(python), probe.ask(python)]);
  expect(one).toBe(two);
  expect(probe.started).toBe(1);
});

test('installing a package, another pyvenv.cfg and another PYTHONPATH each ask again', async () => {
  await using machine = await Machine.create();
  const python = await machine.venv('env');
  await ask(machine, python);
  await machine.install('env', 'anything', '1.0');
  expect((await ask(machine, python))[1]).toBe(1);

  const config = machine.path('env', 'pyvenv.cfg');
  await writeFile(config, `${await readFile(config, 'utf8')}prompt = other\n`);
  expect((await ask(machine, python))[1]).toBe(1);
  expect((await ask(machine, python))[1]).toBe(0);

  await mkdir(machine.path('lib'));
  machine.env.PYTHONPATH = machine.path('lib');
  const [answer, started] = await ask(machine, python);
  expect(started).toBe(1);
  expect(answer?.searchPath[0]).toBe(machine.path('lib'));
});

test('a memory that is corrupt, of another shape or unwritable only costs a start', async () => {
  await using machine = await Machine.create();
  const python = await machine.venv('env');
  await ask(machine, python);
  const memory = machine.path('cache', 'pipeio', 'interpreters.json');
  const good = await readFile(memory, 'utf8');
  const worse = ['', '{', '[]', good.slice(0, -20), good.replace('"searchPath":[', '"searchPath":[7,')];
  for (const content of worse) {
    await writeFile(memory, content);
    const [answer, started] = await ask(machine, python);
    expect(answer?.path).toBe(python);
    expect(started).toBe(1);
  }
  await rm(machine.path('cache'), { recursive: true });
  await writeFile(machine.path('cache'), 'no folder');
  expect((await ask(machine, python))[0]?.path).toBe(python);
});

test('runs at the same time keep each other’s answers and leave no temporary file', async () => {
  await using machine = await Machine.create();
  const pythons = [await machine.venv('a'), await machine.venv('b')];
  const probe = new InterpreterProbe(machine.env, machine.root);
  await Promise.all(pythons.map((python) => probe.ask(python)));
  for (const python of pythons) expect((await ask(machine, python))[1]).toBe(0);
  expect(await readdir(machine.path('cache', 'pipeio'))).toEqual(['interpreters.json']);
});

test('a launcher is seen through, and asked again when the project chooses another version', async () => {
  await using machine = await Machine.create();
  const [one, two] = [await machine.venv('one'), await machine.venv('two')];
  const sh = await machine.real('sh');
  await symlink(await machine.real('cat'), machine.path('bin', 'cat'));
  const launcher = await machine.script('bin/python3', `#!${sh}\nexec "$(cat .python-version)" "$@"\n`);
  await machine.write('project/.python-version', one);
  expect((await ask(machine, launcher))[0]?.path).toBe(one);
  expect((await ask(machine, launcher))[1]).toBe(0);
  await machine.write('project/.python-version', two);
  const [answer, started] = await ask(machine, launcher);
  expect(answer?.path).toBe(two);
  expect(started).toBe(1);
});

test('what is no Python is none: absent, a folder, silent, talkative, broken', async () => {
  await using machine = await Machine.create();
  const sh = await machine.real('sh');
  const paths = [
    machine.path('absent'),
    machine.root,
    await machine.script('bin/silent', `#!${sh}\n`),
    await machine.script('bin/talks', `#!${sh}\necho '{"path": 3}'\n`),
    await machine.script('bin/breaks', `#!${sh}\nexit 3\n`),
    await machine.script('bin/nonsense', 'no program at all'),
    await machine.write('bin/plain', '#!/bin/sh\n'),
  ];
  for (const path of paths) expect((await ask(machine, path))[0]).toBeNull();
});
