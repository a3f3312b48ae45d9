// The command line of `build`: targets, stages, dry runs, force, caches, JSON, exit codes; and what a no-op leaves alone.
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { percent, Rig, ran } from '../support/rig.ts';

const FOLDER = 'code/pipelines/flow/notebooks/explore';

/** Names of the notebooks that a build was about. */
async function about(rig: Rig, ...args: string[]): Promise<string[]> {
  const { events } = await rig.build('--stage', 'pair', ...args);
  return events.flatMap((event) => (event.type === 'notebook-finished' ? [event.name] : [])).sort();
}

test('targets are flows, names, paths and globs; what nothing is called is wrong usage', async () => {
  await using rig = await Rig.create();
  const text = percent({ markdown: 'Prose.' });
  await rig.notebook('filter_demo', text);
  await rig.notebook('filter_check', text);
  await rig.notebook('quality', text, { flow: 'preprocess/ieeg', layout: 'flat' });
  expect(await about(rig)).toEqual(['filter_check', 'filter_demo', 'quality']);
  expect(await about(rig, 'preprocess/ieeg')).toEqual(['quality']);
  expect(await about(rig, 'filter_demo', 'quality')).toEqual(['filter_demo', 'quality']);
  expect(await about(rig, 'filter_*')).toEqual(['filter_check', 'filter_demo']);
  expect(await about(rig, `${FOLDER}/filter_demo.ipynb`)).toEqual(['filter_demo']);
  expect(await about(rig, 'code/pipelines/preprocess')).toEqual(['quality']);

  const before = await rig.snapshot();
  const unknown = await rig.run('build', 'filter_dmeo');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('filter_demo');
  expect((await rig.run('build', '--jobs', 'many')).code).toBe(2);
  expect((await rig.run('build', '--stage', 'cook')).code).toBe(2);
  expect((await rig.run('build', '--no-such-option')).code).toBe(2);
  expect(await rig.snapshot()).toEqual(before);
  expect((await rig.run('build', '--help')).code).toBe(0);
});

test('a dry run says what would run and why, and changes nothing; --force runs what is fresh; --stage stops there', async () => {
  await using rig = await Rig.create();
  const a = await rig.notebook('a', percent(`${ran('a')}\n1`));
  await rig.notebook('b', percent(`${ran('b')}\n1`));
  const untouched = await rig.snapshot();
  const first = await rig.build('-n');
  expect(first.code).toBe(0);
  expect(first.summary).toMatchObject({ notebooks: 2, executed: 2, kernels_started: 0 });
  expect(await rig.snapshot()).toEqual(untouched);
  expect(await rig.runs()).toEqual([]);

  expect((await rig.build('--stage', 'pair')).summary).toMatchObject({ updated: 2, kernels_started: 0 });
  expect(await rig.outputs(a.ipynb)).toEqual(['']);
  await rig.build();
  await rig.runs();

  await rig.edit(a.script, (text) => `${text}# a comment\n`);
  const before = await rig.snapshot();
  const dry = await rig.build('-n');
  const would = dry.events.filter(({ type }) => type === 'would-run');
  expect(would).toMatchObject([
    { name: 'a', node: 'sync', action: 'update', reason: { text: '.py was edited' } },
    { name: 'a', node: 'exec', action: 'execute', reason: { text: 'cell 1 changed' } },
  ]);
  expect(dry.summary).toMatchObject({ executed: 1, fresh: 1, kernels_started: 0 });
  const plain = await rig.run('build', '--dry-run');
  expect(plain.stdout).toMatch(/exec\s+a\s+would execute\s+cell 1 changed/);
  expect(await rig.snapshot()).toEqual(before);
  expect(await rig.runs()).toEqual([]);

  await rig.build();
  await rig.runs();
  const forced = await rig.build('b', '--force');
  expect(forced.summary).toMatchObject({ notebooks: 1, executed: 1 });
  expect(await rig.runs()).toEqual(['b']);
  expect((await rig.build()).summary).toMatchObject({ fresh: 2 });
});

test('a no-op starts nothing and writes nothing', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const pages = { pair_myst: true, publish_myst: true, publish_html: true, publish_ipynb: true };
  await rig.notebook('a', percent({ markdown: 'Prose.' }, '1'), pages);
  await rig.notebook('b', percent('2'), { layout: 'flat' });
  await rig.build();
  const before = await rig.snapshot();
  for (let times = 0; times < 2; times++) {
    const again = await rig.build();
    expect(again.code).toBe(0);
    expect(again.summary).toMatchObject({ fresh: 2, kernels_started: 0, python_started: 0 });
  }
  expect(await rig.snapshot()).toEqual(before);
  expect(await rig.list('.pipeio/tmp')).toEqual([]);
});

test('the cache can lie elsewhere and serves whoever finds it', async () => {
  await using rig = await Rig.create();
  await rig.notebook('a', percent(`${ran('a')}\n1`));
  const cache = rig.outside('cache');
  await rig.build({ env: { PIPEIO_CACHE_DIR: cache } });
  expect(await readdir(cache)).not.toEqual([]);
  expect(await rig.exists('.pipeio/cache')).toBe(false);
  expect(await rig.read('.pipeio/.gitignore')).toBe('*\n');
  await rig.runs();

  await rig.remove('.pipeio');
  await rig.remove(`${FOLDER}/a.ipynb`);
  const restored = await rig.build('--cache-dir', cache);
  expect(restored.summary).toMatchObject({ restored: 1, kernels_started: 0 });
  expect(await rig.outputs(`${FOLDER}/a.ipynb`)).toEqual(['1']);
  expect(await rig.runs()).toEqual([]);

  // The option wins over the variable.
  const other = { env: { PIPEIO_CACHE_DIR: cache } };
  await rig.remove(`${FOLDER}/a.ipynb`);
  expect((await rig.build('--cache-dir', 'empty', other)).summary).toMatchObject({ executed: 1 });
});

test('--json is one object a line, the summary last; the plain report ends with the same counts', async () => {
  await using rig = await Rig.create();
  await rig.notebook('a', percent('print("not JSON")\nimport os\nos.system("echo nor this")'));
  const { stdout, events } = await rig.build();
  for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('type');
  expect(Object.keys(events.at(-1) ?? {})).toEqual([
    'type',
    'notebooks',
    'executed',
    'restored',
    'updated',
    'fresh',
    'failed',
    'conflict',
    'blocked',
    'kernels_started',
    'python_started',
    'seconds',
  ]);
  expect(events.filter(({ type }) => type === 'summary')).toHaveLength(1);
  expect((await rig.run('build')).stdout).toMatch(/^1 notebook: 1 fresh {2}[\d.]+ s$/);
});

test('a broken notebook.yml hides no other flow, and the build is not good', async () => {
  await using rig = await Rig.create();
  await rig.notebook('a', percent('1'));
  await rig.write('code/pipelines/broken/notebooks/notebook.yml', 'entries:\n  - path: [\n');
  await rig.write(
    'code/pipelines/wrong/notebooks/notebook.yml',
    'entries:\n  - path: notebooks/x.py\n    status: ative\n',
  );
  await rig.write('code/pipelines/wrong/notebooks/x.py', '# %%\n1\n');
  const built = await rig.build();
  expect(built.code).toBe(1);
  expect(built.summary).toMatchObject({ executed: 1 });
  expect(built.events.filter(({ type }) => type === 'config-problem').length).toBeGreaterThanOrEqual(2);
  const plain = await rig.run('build');
  expect(plain.code).toBe(1);
  expect(plain.stderr).toMatch(/code\/pipelines\/broken\/notebooks\/notebook\.yml:\d+:\d+/);
  expect(plain.stderr).toMatch(/code\/pipelines\/wrong\/notebooks\/notebook\.yml:3:13/);
  expect(plain.stderr).toContain('active');
});

test('without a project the command says so', async () => {
  await using rig = await Rig.create();
  const { code, stderr } = await rig.run('build', { cwd: '..' });
  expect(code).toBe(2);
  expect(stderr).not.toBe('');
});
