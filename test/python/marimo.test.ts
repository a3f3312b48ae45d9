// The user's marimo is found with its version, wherever it was installed.
import { mkdir, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Machine } from './rig.ts';

test('the first environment that has it, before PATH', async () => {
  await using machine = await Machine.create();
  machine.env.VIRTUAL_ENV = machine.path('active');
  await machine.venv('active');
  await machine.venv('project/.venv', { marimo: '0.25.2' });
  const program = await machine.script('project/.venv/bin/marimo', '#!/bin/sh\n');
  await machine.script('bin/marimo', '#!/bin/sh\n');
  const found = await machine.open().marimo();
  if (!found.ok) throw new Error(found.error.message);
  expect(found.value).toMatchObject({ program, version: '0.25.2' });
  expect(found.value.identity).toBe(`marimo 0.25.2, cpython ${found.value.interpreter.version}`);
});

test('on PATH: a link into its own environment, or a script that names its Python', async () => {
  await using machine = await Machine.create();
  const python = await machine.venv('tools/marimo', { marimo: '0.24.0' });
  await machine.script('tools/marimo/bin/marimo', '#!/bin/sh\n');
  await symlink(machine.path('tools', 'marimo', 'bin', 'marimo'), machine.path('bin', 'marimo'));
  expect(await machine.open().marimo()).toMatchObject({ ok: true, value: { version: '0.24.0' } });
  await mkdir(machine.path('other'));
  machine.env.PATH = machine.path('other');
  for (const script of [
    `#!${python}\nimport marimo\n`,
    `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''\n`,
  ]) {
    const program = await machine.script('other/marimo', script);
    expect(await machine.open().marimo()).toMatchObject({ ok: true, value: { program, version: '0.24.0' } });
  }
});

test('nowhere, or a program without its package: missing, with how to install it', async () => {
  await using machine = await Machine.create();
  const python = await machine.venv('project/.venv');
  expect(await machine.open().marimo()).toMatchObject({
    ok: false,
    error: { reason: 'marimo-missing', hint: `install it: ${python} -m pip install marimo` },
  });
  await machine.script('bin/marimo', '#!/bin/sh\n');
  expect(await machine.open().marimo()).toMatchObject({ ok: false, error: { reason: 'marimo-missing' } });
});
