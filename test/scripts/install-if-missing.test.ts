// Tests that the npm packages of a checkout are installed when they are missing and left alone when they are not.
import { access, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';

const SCRIPTS = join(import.meta.dirname, '../../scripts');

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pipeio-scripts-'));
  await cp(SCRIPTS, join(root, 'scripts'), { recursive: true });
  await mkdir(join(root, 'left'));
  await depend('1.0.0');
});
afterEach(() => rm(root, { recursive: true }));

async function json(path: string, value: unknown): Promise<void> {
  await writeFile(join(root, path), JSON.stringify(value));
}

// The checkout depends on a packed package that lies in it: no registry is asked.
async function depend(version: string): Promise<void> {
  await json('left/package.json', { name: 'left', version });
  await execa('npm', ['pack', './left'], { cwd: root });
  await json('package.json', {
    name: 'checkout',
    version: '1.0.0',
    dependencies: { left: `file:left-${version}.tgz` },
  });
  await execa('npm', ['install', '--package-lock-only', '--no-audit'], { cwd: root });
}

async function install(): Promise<string> {
  const { stderr } = await execa('node', ['scripts/install-if-missing.mjs'], { cwd: root });
  return stderr;
}

test('a fresh clone gets its packages, a second call does nothing', async () => {
  expect(await install()).toContain('(1 missing)');
  expect(await install()).toBe('');
});

test('a package that was removed comes back, and what else lies in node_modules stays', async () => {
  await install();
  await mkdir(join(root, 'node_modules/.cache'));
  await writeFile(join(root, 'node_modules/.cache/kept'), '');
  await rm(join(root, 'node_modules/left'), { recursive: true });
  expect(await install()).toContain('(1 missing)');
  expect(await install()).toBe('');
  await access(join(root, 'node_modules/.cache/kept'));
});

test('a package in another version than the lock file says is installed anew', async () => {
  await install();
  await depend('2.0.0');
  expect(await install()).toContain('(1 missing)');
  expect(await install()).toBe('');
});
