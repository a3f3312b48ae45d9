// Several builds at once, and edits while a build runs: each cell runs once, nothing is torn, the end is right.
import { expect, test } from 'vitest';
import { failuresOf } from '../support/failures.ts';
import { percent, Rig, ran } from '../support/rig.ts';

test('two builds at the same time share the work', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const names = ['one', 'two', 'three'];
  const files = [];
  for (const name of names) {
    const source = percent(ran(name), `import time; time.sleep(0.2); print("${name}")`);
    files.push(await rig.notebook(name, source, { publish_html: true, pair_myst: true }));
  }
  const builds = await Promise.all([rig.build(), rig.build()]);
  for (const build of builds) expect([build.code, failuresOf(build.events)]).toEqual([0, {}]);
  expect(await rig.runs()).toEqual([...names].sort());
  expect(builds.map(({ summary }) => summary.kernels_started).reduce((a, b) => a + b)).toBe(3);
  for (const [index, { ipynb }] of files.entries())
    expect(await rig.outputs(ipynb)).toEqual(['', `${names[index]}\n`]);
  expect(await rig.list('docs')).toEqual(names.map((name) => `nb-${name}.html`).sort());
  const before = await rig.snapshot();
  const after = await rig.build();
  expect(after.summary).toMatchObject({ fresh: 3, python_started: 0 });
  expect(await rig.snapshot()).toEqual(before);
  expect(await rig.list('.pipeio/tmp')).toEqual([]);
});

test('two checkouts that share one cache build at the same time', async () => {
  await using one = await Rig.create();
  await using other = await Rig.create();
  const cache = one.outside('shared');
  const files = [];
  for (const rig of [one, other]) files.push(await rig.notebook('a', percent('print("a")')));
  const builds = await Promise.all([one, other].map((rig) => rig.build('--cache-dir', cache)));
  expect(builds.map(({ code }) => code)).toEqual([0, 0]);
  for (const [index, rig] of [one, other].entries()) {
    expect(await rig.outputs(files[index]?.ipynb ?? '')).toEqual(['a\n']);
    expect((await rig.build('--cache-dir', cache)).summary).toMatchObject({ fresh: 1 });
  }
});

test('a .py that is rewritten again and again while it is built', async () => {
  await using rig = await Rig.create();
  const source = (version: number) => percent(ran('busy'), `print(${version})`);
  const { script, ipynb } = await rig.notebook('busy', source(0));
  expect((await rig.build()).code).toBe(0);
  const first = await rig.read(script);
  let version = 0;
  let done = false;
  const editor = (async () => {
    while (!done) {
      version++;
      await rig.write(script, first.replace('print(0)', `print(${version})`));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  })();
  for (let number = 0; number < 3; number++) {
    const built = await rig.build();
    // A run that was overtaken says so; it is neither a conflict nor a bug.
    const reasons = Object.values(failuresOf(built.events)).map(({ reason }) => reason);
    expect([[], ['input-moved']]).toContainEqual(reasons);
    expect(built.code).toBe(reasons.length);
  }
  done = true;
  await editor;
  expect(await rig.read(script)).toContain(`print(${version})`);
  expect((await rig.build()).code).toBe(0);
  expect(await rig.outputs(ipynb)).toEqual(['', `${version}\n`]);
  expect((await rig.build()).summary).toMatchObject({ fresh: 1, python_started: 0 });
});
