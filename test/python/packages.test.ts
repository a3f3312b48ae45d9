// Versions are read from folder names and compared by their numbers.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installedVersions } from '../../src/python/distributions.ts';
import { isAtLeast, requirementsFile, WORKER_PACKAGES } from '../../src/python/requirements.ts';
import { Machine } from './rig.ts';

test('distributions are found whatever their spelling; the earlier folder wins', async () => {
  await using machine = await Machine.create();
  const [first, second] = [machine.path('first'), machine.path('second')];
  for (const name of [
    'jupyter_client-8.10.0.dist-info',
    'my-odd-name-1.0rc1.dist-info',
    'Old.Pkg-0.3-py3.11.egg-info',
  ]) {
    await mkdir(join(first, name), { recursive: true });
  }
  for (const name of ['jupyter_client-7.0.dist-info', 'numpy-2.4.6.dist-info', 'numpy', 'x.dist-info']) {
    await mkdir(join(second, name), { recursive: true });
  }
  expect(Object.fromEntries(await installedVersions([first, machine.path('absent'), second]))).toEqual({
    'jupyter-client': '8.10.0',
    'my-odd-name': '1.0rc1',
    'old-pkg': '0.3',
    numpy: '2.4.6',
  });
});

test.each([
  ['1.17', '1.17', true],
  ['1.17.0', '1.17', true],
  ['1.9.9', '1.17', false],
  ['2', '1.17', true],
  ['1', '1.17', false],
  ['1.19rc1', '1.17', true],
  ['3.9.18', '3.10', false],
])('%s is at least %s: %s', (version, oldest, expected) => {
  expect(isAtLeast(version, oldest)).toBe(expected);
});

test('every package of the worker is pinned exactly, at a version that it accepts', async () => {
  const text = await readFile(requirementsFile(), 'utf8');
  const pins = [...text.matchAll(/^([\w-]+)==([\d.]+)$/gm)].map(([, name = '', version = '']) => [
    name.replaceAll('_', '-'),
    version,
  ]);
  expect(pins.map(([name]) => name).sort()).toEqual(Object.keys(WORKER_PACKAGES).sort());
  for (const [name = '', version = ''] of pins)
    expect(isAtLeast(version, WORKER_PACKAGES[name] ?? '')).toBe(true);
});
