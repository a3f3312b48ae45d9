// `pipeio doctor` tells what is there and what is missing, and writes only the one setting that it was asked for.
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type DoctorOptions, type DoctorReport, doctor } from '../../src/commands/doctor.ts';
import { Machine, testPython, WORKER } from './rig.ts';

const REPORT: DoctorOptions = { fix: false, json: true };

async function run(machine: Machine, options: DoctorOptions) {
  const [out, errors]: [string[], string[]] = [[], []];
  const code = await doctor(
    {
      env: machine.env,
      cwd: machine.root,
      stdout: { write: (text) => void out.push(text), isTTY: false, columns: 80 },
      stderr: { write: (text) => void errors.push(text) },
    },
    options,
  );
  const report = (): DoctorReport => JSON.parse(out.join(''));
  return { code, out: out.join(''), errors: errors.join(''), report };
}

async function project(machine: Machine, entries: string, settings = ''): Promise<void> {
  await machine.write('project/pipeio.yml', settings);
  await machine.write('project/code/pipelines/flow/notebooks/notebook.yml', `entries:\n${entries}`);
  await machine.write('project/code/pipelines/flow/notebooks/explore/.src/one.py', '# %%\n1\n');
  await machine.write(
    'project/code/pipelines/flow/notebooks/explore/two.py',
    'import marimo\napp = marimo.App()\n\n@app.cell\ndef _():\n    return\n',
  );
}

const ONE = '  - path: notebooks/explore/.src/one.py\n    pair_ipynb: true\n';

test('a machine that has everything: exit code 0, every line says where', async () => {
  await using machine = await Machine.create();
  await project(machine, ONE, `python: ${testPython()}\n`);
  const { code, report } = await run(machine, REPORT);
  const { findings, ...head } = report();
  expect(code).toBe(0);
  expect(head).toMatchObject({
    root: machine.root,
    cache: machine.path('cache', 'pipeio'),
    node: process.versions.node,
  });
  const texts = findings.map(({ topic, text }) => `${topic} ${text}`);
  expect(texts).toContain(`worker runs in ${testPython()}`);
  expect(texts).toContainEqual(
    expect.stringMatching(/^python .*python: of pipeio.yml.*jupytext 1\..*can run the worker$/),
  );
  expect(texts).toContainEqual(expect.stringContaining(`kernel python3 runs ${testPython()}`));
  expect(findings.map(({ topic }) => topic)).toEqual(expect.arrayContaining(['marimo', 'jupyter']));
});

test('a machine without Python cannot build: exit code 1, each missing thing with how to mend it', async () => {
  await using machine = await Machine.create();
  await project(machine, `${ONE}    kernel: cogpy\n  - path: notebooks/explore/two.py\n`);
  const { code, report } = await run(machine, REPORT);
  expect(code).toBe(1);
  const problems = report().findings.filter(({ level }) => level === 'problem');
  expect(problems.map(({ topic }) => topic)).toEqual(['worker', 'kernel', 'marimo']);
  for (const { hint } of problems) expect(hint).toBeTruthy();
});

test('it makes no environment, but says where one will be', async () => {
  await using machine = await Machine.create();
  await project(machine, ONE);
  await machine.venv('project/.venv', { ipykernel: '7.4.0' });
  const { code, report } = await run(machine, REPORT);
  expect(code).toBe(0);
  const worker = report().findings.find(({ topic }) => topic === 'worker');
  expect(worker).toMatchObject({
    level: 'note',
    text: expect.stringContaining(machine.path('cache', 'pipeio', 'worker-')),
  });
  expect(await readdir(machine.path('cache', 'pipeio'))).toEqual(['interpreters.json']);
});

test('python3 of another environment than the user’s first is remarked upon', async () => {
  await using machine = await Machine.create();
  machine.env.VIRTUAL_ENV = machine.path('active');
  const active = await machine.venv('active', WORKER);
  await machine.venv('project/.venv', { ipykernel: '7.4.0' });
  const { report } = await run(machine, REPORT);
  expect(report().root).toBeNull();
  await project(machine, ONE);
  const again = (await run(machine, REPORT)).report();
  expect(again.findings.find(({ text }) => text.startsWith('python3'))).toMatchObject({
    level: 'note',
    hint: `${active} -m pip install ipykernel`,
  });
});

test('text for people: one line a finding, and what it comes to', async () => {
  await using machine = await Machine.create();
  await project(machine, ONE, 'python: absent/python\n');
  const { code, out } = await run(machine, { fix: false, json: false });
  expect(code).toBe(1);
  expect(out).toContain(
    `✗ worker   python: of pipeio.yml names ${machine.path('project', 'absent', 'python')}`,
  );
  expect(out.trimEnd().split('\n').at(-1)).toBe('A build cannot work yet: see ✗ above.');
});

test('--fix says what it does, writes the setting once, and says so when another file overrules it', async () => {
  await using machine = await Machine.create();
  await machine.venv('project/.venv', { ...WORKER, ipykernel: '7.4.0' });
  await project(machine, ONE);
  const settings = machine.path('home', '.jupyter', 'jupyter_server_config.json');
  const first = await run(machine, { ...REPORT, fix: true });
  expect(first.code).toBe(0);
  expect(first.errors).toContain('setting ContentsManager.allow_hidden');
  expect(JSON.parse(await readFile(settings, 'utf8'))).toEqual({ ContentsManager: { allow_hidden: true } });
  expect(first.report().findings.find(({ topic }) => topic === 'jupyter')?.level).toBe('ok');
  expect((await run(machine, { ...REPORT, fix: true })).errors).toBe('');

  const ruling = await machine.write('project/.venv/etc/jupyter/jupyter_server_config.json', {
    ContentsManager: { allow_hidden: false },
  });
  const overruled = await run(machine, { ...REPORT, fix: true });
  expect(overruled.code).toBe(1);
  expect(overruled.errors).toContain(`${ruling} overrules it`);
  machine.env.JUPYTER_NO_CONFIG = '1';
  expect((await run(machine, { ...REPORT, fix: true })).code).toBe(1);
});

test('a --root that is no folder is a usage error', async () => {
  await using machine = await Machine.create();
  const { code, out, errors } = await run(machine, { ...REPORT, root: 'absent' });
  expect([code, out]).toEqual([2, '']);
  expect(errors).toContain('absent');
});
