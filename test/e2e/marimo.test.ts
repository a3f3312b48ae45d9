// Marimo notebooks: run by one export, published from that run; interactive ones export without counting as runs.
import { expect, test } from 'vitest';
import { percent, Rig, ran } from '../support/rig.ts';

function marimo(...cells: readonly string[]): string {
  const bodies = cells.map((cell) => {
    const lines = cell.split('\n').map((line) => `    ${line}`);
    return `@app.cell\ndef _():\n${lines.join('\n')}\n    return\n`;
  });
  const head = 'import marimo\n\napp = marimo.App()\n';
  return [head, ...bodies, 'if __name__ == "__main__":\n    app.run()\n'].join('\n\n');
}

test('a marimo notebook runs once, is published from that run, and a failure keeps its page', async () => {
  await using rig = await Rig.create();
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  const options = { format: 'marimo', publish_html: true, layout: 'flat' } as const;
  const { script } = await rig.notebook('m', marimo(`${ran('m')}\n"shown " * 2`), options);
  const auto = await rig.notebook('auto', marimo(`${ran('auto')}\n1`), {
    layout: 'flat',
    pair_ipynb: false,
    kind: 'interactive',
    publish_html: true,
  });
  const first = await rig.build();
  expect(first.code).toBe(0);
  expect(await rig.runs()).toEqual(['auto', 'm']);
  const page = await rig.read('docs/nb-m.html');
  expect(page.includes('shown shown')).toBe(true);
  expect(await rig.exists('docs/nb-auto.html')).toBe(true);
  expect(await rig.read(auto.script)).not.toContain('jupytext');
  const before = await rig.snapshot();
  expect((await rig.build()).summary).toMatchObject({ fresh: 2, python_started: 0, kernels_started: 0 });
  expect(await rig.snapshot()).toEqual(before);

  await rig.remove('docs/nb-m.html');
  expect((await rig.build()).summary).toMatchObject({ restored: 1, fresh: 1 });
  expect((await rig.read('docs/nb-m.html')) === page).toBe(true);
  expect(await rig.runs()).toEqual([]);

  await rig.edit(script, (text) => text.replace('"shown " * 2', '1 / 0'));
  const failed = await rig.build();
  expect(failed.code).toBe(1);
  expect(failed.summary).toMatchObject({ failed: 1, fresh: 1 });
  expect(failed.events).toContainEqual(
    expect.objectContaining({
      type: 'node-failed',
      name: 'm',
      node: 'exec',
      failure: expect.objectContaining({ reason: 'export-failed', path: rig.path(script) }),
    }),
  );
  expect(failed.stdout).toContain('ZeroDivisionError');
  expect((await rig.read('docs/nb-m.html')) === page).toBe(true);

  await rig.edit(script, (text) => text.replace('1 / 0', '"mended"'));
  expect((await rig.build('m')).summary).toMatchObject({ notebooks: 1, executed: 1 });
  expect((await rig.read('docs/nb-m.html')).includes('mended')).toBe(true);
});

test('marimo and percent notebooks depend on each other like any two', async () => {
  await using rig = await Rig.create();
  const m = { format: 'marimo', layout: 'flat' } as const;
  const { script } = await rig.notebook('m', marimo(`${ran('m')}\n"one"`), { ...m, publish_html: true });
  await rig.flow('flow', { publish: { docs_dir: 'docs' } });
  await rig.notebook('p', percent(`${ran('p')}\n1`), { depends_on: ['m'] });
  const first = await rig.build('-j', '2');
  expect(first.summary).toMatchObject({ executed: 2, kernels_started: 1 });
  const order = first.events.filter((event) => event.type === 'node-finished' && event.node === 'exec');
  expect(order).toMatchObject([{ name: 'm' }, { name: 'p' }]);
  await rig.runs();
  await rig.edit(script, (text) => text.replace('"one"', '"two"'));
  expect((await rig.build()).summary).toMatchObject({ executed: 2 });
  expect(await rig.runs()).toEqual(['m', 'p']);
});
