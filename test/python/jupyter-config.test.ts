// pipeio's reading of Jupyter's configuration is held against what a real Jupyter server makes of the same files.
import { execFile } from 'node:child_process';
import { lstat, readFile, symlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hiddenFiles } from '../../src/python/jupyter-config.ts';
import { Machine, testPython } from './rig.ts';

const TRUE = { allow_hidden: true };
const FALSE = { allow_hidden: false };

/** File (in the user's folder, or in `/first/` and `/last/` of JUPYTER_CONFIG_PATH) to content. */
const CASES: readonly Record<string, object | string>[] = [
  {},
  { 'jupyter_server_config.json': { ContentsManager: TRUE } },
  { 'jupyter_server_config.json': { FileContentsManager: TRUE } },
  { 'jupyter_server_config.json': { AsyncLargeFileManager: TRUE } },
  { 'jupyter_server_config.json': { AsyncJupytextContentsManager: TRUE } },
  { 'jupyter_server_config.json': { LargeFileManager: TRUE, JupytextContentsManager: TRUE } },
  { 'jupyter_server_config.json': { ServerApp: { ContentsManager: TRUE }, ContentsManager: FALSE } },
  { 'jupyter_server_config.json': { ContentsManager: TRUE, AsyncLargeFileManager: FALSE } },
  { 'jupyter_server_config.json': { ContentsManager: { allow_hidden: 1 } } },
  { 'jupyter_server_config.d/x.json': { ContentsManager: TRUE } },
  { 'jupyter_notebook_config.json': { ContentsManager: TRUE } },
  { 'jupyter_config.json': { ContentsManager: TRUE } },
  {
    'jupyter_config.json': { ContentsManager: TRUE },
    'jupyter_server_config.json': { ContentsManager: FALSE },
  },
  { 'jupyter_server_config.py': '# c.ContentsManager.allow_hidden = True\n' },
  { 'jupyter_server_config.py': 'c = get_config()\nc.ContentsManager.allow_hidden=True  # for .src\n' },
  {
    'jupyter_server_config.py':
      'c.ContentsManager.allow_hidden = True\nc.ContentsManager.allow_hidden = False\n',
  },
  {
    'jupyter_server_config.py': 'c.ContentsManager.allow_hidden = True\n',
    'jupyter_server_config.json': { ContentsManager: FALSE },
  },
  {
    'jupyter_server_config.json': '{',
    'jupyter_server_config.py': 'c.ContentsManager.allow_hidden = True\n',
  },
  {
    'first/jupyter_server_config.json': { ContentsManager: FALSE },
    'last/jupyter_server_config.json': { ContentsManager: TRUE },
  },
  {
    'last/jupyter_server_config.json': { ContentsManager: TRUE },
    'jupyter_server_config.json': { ContentsManager: FALSE },
  },
];

/** Initialises one server after another in one process, as `jupyter server` does before it listens. */
const SERVERS = `
import json, os, sys
from jupyter_server.serverapp import ServerApp
for case in sys.argv[1:]:
    os.environ["JUPYTER_CONFIG_DIR"] = case
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([case + "/first", case + "/last"])
    ServerApp.clear_instance()
    app = ServerApp.instance()
    app.initialize(argv=["--port=0", "--allow-root", "--ServerApp.root_dir=" + sys.argv[1]], new_httpserver=False)
    print("ANSWER", json.dumps(app.contents_manager.allow_hidden))
`;

test('the answer is the one of a real Jupyter server with jupytext’s contents manager', async () => {
  await using machine = await Machine.create();
  const folders: string[] = [];
  for (const [i, files] of CASES.entries()) {
    await machine.write(`case${i}/case.txt`, '');
    for (const [name, content] of Object.entries(files)) await machine.write(`case${i}/${name}`, content);
    folders.push(machine.path(`case${i}`));
  }
  const { stdout } = await promisify(execFile)(testPython(), ['-c', SERVERS, ...folders], {
    env: machine.env,
  });
  const theirs = [...stdout.matchAll(/^ANSWER (.*)$/gm)].map(([, answer = '']) => JSON.parse(answer));
  const ours: boolean[] = [];
  for (const folder of folders) {
    machine.env.JUPYTER_CONFIG_DIR = folder;
    machine.env.JUPYTER_CONFIG_PATH = `${folder}/first:${folder}/last`;
    ours.push((await machine.open(testPython()).hiddenFiles()).allowed);
  }
  expect(ours).toEqual(theirs);
  expect(new Set(theirs)).toEqual(new Set([true, false]));
});

test('Jupyter Lab’s own file counts where the server’s says nothing', async () => {
  await using machine = await Machine.create();
  const lab = await machine.write('a/jupyter_lab_config.json', { ContentsManager: TRUE });
  expect(await hiddenFiles([machine.path('a')])).toEqual({ allowed: true, decidedBy: lab });
  const server = await machine.write(
    'b/jupyter_server_config.py',
    'c.ContentsManager.allow_hidden = False\n',
  );
  expect(await hiddenFiles([machine.path('a'), machine.path('b')])).toEqual({
    allowed: false,
    decidedBy: server,
  });
});

test('the environment’s configuration counts, and JUPYTER_NO_CONFIG means none', async () => {
  await using machine = await Machine.create();
  await machine.venv('project/.venv');
  await machine.write('project/.venv/etc/jupyter/jupyter_server_config.json', { ContentsManager: TRUE });
  expect((await machine.open().hiddenFiles()).allowed).toBe(true);
  machine.env.JUPYTER_NO_CONFIG = '1';
  expect((await machine.open().hiddenFiles()).allowed).toBe(false);
});

test('allowing keeps what stands in the file, and a link stays a link', async () => {
  await using machine = await Machine.create();
  const python = machine.open();
  expect((await python.hiddenFiles()).allowed).toBe(false);
  const settings = { ServerApp: { port: 9 }, ContentsManager: { root_dir: '/x' } };
  const target = await machine.write('dotfiles/server.json', settings);
  const link = machine.path('home', '.jupyter', 'jupyter_server_config.json');
  await machine.write('home/.jupyter/other', '');
  await symlink(target, link);
  expect(await python.allowHiddenFiles()).toEqual({ ok: true, value: target });
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  expect(JSON.parse(await readFile(target, 'utf8'))).toEqual({
    ...settings,
    ContentsManager: { root_dir: '/x', allow_hidden: true },
  });
  expect((await python.hiddenFiles()).allowed).toBe(true);
});

test('allowing makes the file where there is none, and never touches one that is no JSON', async () => {
  await using machine = await Machine.create();
  expect(await machine.open().allowHiddenFiles()).toMatchObject({ ok: true });
  expect((await machine.open().hiddenFiles()).allowed).toBe(true);
  for (const content of ['{"a": ', '[]', '{"ContentsManager": 3}']) {
    const path = await machine.write('home/.jupyter/jupyter_server_config.json', content);
    expect(await machine.open().allowHiddenFiles()).toMatchObject({
      ok: false,
      error: { reason: 'write-failed', path },
    });
    expect(await readFile(path, 'utf8')).toBe(content);
  }
});
