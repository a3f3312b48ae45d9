// What a run of a notebook leaves and tells, with real kernels.
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { IPYKERNEL, Rig, textOf } from './execute-rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.create();
});
beforeEach(() => {
  rig.events.length = 0;
});
afterAll(() => rig.close());

test('a good notebook: outputs, counts from 1, numbered events, digest of what was read and written', async () => {
  const path = await rig.notebook('good', [
    { cell_type: 'markdown', source: '# title' },
    '\n  \nx = 6\nprint("hello")',
    '',
    'x * 7',
  ]);
  const result = await rig.execute(path);
  expect(result).toMatchObject({ ok: true });
  const cells = await rig.cells(`${path}.out`);
  expect(cells.map((cell) => cell.execution_count)).toEqual([undefined, 1, null, 2]);
  expect(cells.map(textOf)).toEqual(['', 'hello\n', '', '42']);
  expect(rig.events.map((event) => event.type)).toEqual([
    'kernel-started',
    'cell-started',
    'cell-output',
    'cell-finished',
    'cell-started',
    'cell-output',
    'cell-finished',
  ]);
  expect(rig.events[1]).toEqual({ type: 'cell-started', cell: 1, cells: 2, firstLine: 'x = 6' });
  expect(rig.events[5]).toEqual({ type: 'cell-output', cell: 2, text: '42' });
});

test('two runs give the same bytes, both streams and a progress bar included', async () => {
  const path = await rig.notebook('same', [
    'import sys\nfor i in range(300):\n    print(i); print(-i, file=sys.stderr)\n    print(i, end="\\r")',
    'from IPython.display import display\nhandle = display(1, display_id=True)',
    'handle.update(2)',
  ]);
  await rig.execute(path, { out: rig.path('same1') });
  await rig.execute(path, { out: rig.path('same2') });
  expect(await readFile(rig.path('same1'), 'utf8')).toBe(await readFile(rig.path('same2'), 'utf8'));
  const cells = await rig.cells(rig.path('same1'));
  expect(cells[0]?.outputs?.map((out) => out.name)).toEqual(['stdout', 'stderr']);
  expect(textOf(cells[1])).toBe('2');
});

test('figures stand between the lines that were printed before and after them', async () => {
  const path = await rig.notebook('order', [
    [
      'import sys',
      'from IPython.display import display',
      'for subject in "ab":',
      '    print(subject, file=sys.stderr); print(subject)',
      '    display(subject)',
    ].join('\n'),
  ]);
  expect(await rig.execute(path)).toMatchObject({ ok: true });
  const [cell] = await rig.cells(`${path}.out`);
  const figure = ['stdout', 'stderr', 'display_data'];
  expect(cell?.outputs?.map((out) => out.name ?? out.output_type)).toEqual([...figure, ...figure]);
  expect(textOf(cell)).toBe("a\na\n'a'b\nb\n'b'");
});

test('a percent script runs as it stands', async () => {
  await writeFile(
    rig.path('script.py'),
    '# %% [markdown]\n# title\n\n# %%\nx = 1\n\n# %%\n# %matplotlib inline\nx + 1\n',
  );
  expect(await rig.execute(rig.path('script.py'), { format: 'percent' })).toMatchObject({ ok: true });
  expect((await rig.cells(rig.path('script.py.out'))).map(textOf)).toEqual(['', '', '2']);
});

test('a failing cell: facts of the exception, outputs so far kept, later cells cleared', async () => {
  const path = await rig.notebook('fails', [
    'def check(x):\n    raise ValueError(f"no such column: {x}\\nsecond line")',
    'print("before")\n\ncheck(3)',
    'print("never")',
  ]);
  const result = await rig.execute(path);
  expect(result).toMatchObject({
    ok: false,
    error: {
      reason: 'cell-failed',
      cell: 2,
      cells: 3,
      cellLine: 3,
      exception: 'ValueError: no such column: 3',
      partial: true,
    },
  });
  expect(!result.ok && result.error.traceback).toMatch(/^-+\nValueError/);
  const cells = await rig.cells(`${path}.out`);
  expect(cells.map((cell) => cell.execution_count)).toEqual([1, 2, null]);
  expect(cells[1]?.outputs).toMatchObject([
    { text: ['before\n'] },
    { output_type: 'error', ename: 'ValueError' },
  ]);
  expect(cells[2]?.outputs).toEqual([]);
});

test.each([
  ['a syntax error', 'x = 1\nx = = 2', { reason: 'cell-failed', cellLine: 2 }],
  ['sys.exit', 'import sys\nsys.exit(0)', { reason: 'cell-failed', exception: 'SystemExit: 0' }],
  [
    'exit()',
    'exit()',
    { reason: 'kernel-died', message: expect.stringContaining('Cell 1 of 2 ended the kernel') },
  ],
  ['input()', 'input("name?")', { exception: expect.stringMatching(/^StdinNotImplementedError/) }],
  ['a bad line magic', '%nonesuch', { exception: expect.stringMatching(/^UsageError/) }],
  [
    'os._exit',
    'import os\nos._exit(3)',
    { reason: 'kernel-died', message: expect.stringContaining('exit code 3') },
  ],
  [
    'SIGKILL',
    'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)',
    { reason: 'kernel-died', message: expect.stringMatching(/SIGKILL.*memory.*cell 1 of 2/) },
  ],
])('%s fails at its cell', async (name, source, error) => {
  const path = await rig.notebook(name, [source, 'print("never")']);
  const result = await rig.execute(path);
  expect(result).toMatchObject({ ok: false, error: { cell: 1, cells: 2, partial: true, ...error } });
  expect(rig.events.filter((event) => event.type === 'cell-started')).toHaveLength(1);
});

test('tags: skip-execution leaves a cell out and clears it, raises-exception lets the run go on', async () => {
  const path = await rig.notebook('tags', [
    { source: '1 / 0', metadata: { tags: ['raises-exception'] } },
    { source: '1 / 0', metadata: { tags: ['skip-execution'] } },
    'print("end")',
  ]);
  expect(await rig.execute(path)).toMatchObject({ ok: true });
  const cells = await rig.cells(`${path}.out`);
  expect(cells.map((cell) => cell.outputs?.length)).toEqual([1, 0, 1]);
  expect(rig.events.filter((event) => event.type === 'cell-started')).toMatchObject([
    { cell: 1 },
    { cell: 3, cells: 3 },
  ]);
});

test('a cell that prints 50 MB in one line keeps the first megabyte and says so', async () => {
  const path = await rig.notebook('loud', ['print("x" * 50_000_000)', 'print("y" * 1000)']);
  expect(await rig.execute(path)).toMatchObject({ ok: true });
  const text = textOf((await rig.cells(`${path}.out`))[0]);
  expect(text).toMatch(/^x{1000000}\n\[output truncated, 49000001 bytes more\]\n$/);
});

test('the limit of a stream holds across figures, and is told once', async () => {
  const show =
    'from IPython.display import display\nprint("a" * 600_000)\ndisplay(1)\nprint("b" * 600_000)\n';
  const path = await rig.notebook('loud-figures', [`${show}display(2)\nprint("c")`]);
  expect(await rig.execute(path)).toMatchObject({ ok: true });
  const text = textOf((await rig.cells(`${path}.out`))[0]);
  expect(text).toMatch(/^a{600000}\n1b{399999}\n\[output truncated, 200004 bytes more\]\n2$/);
});

test('environment and working directory: kernelspec over the process, request over the kernelspec', async () => {
  const path = await rig.notebook('env', ['import os\nprint(os.environ["A"], os.environ["B"], os.getcwd())']);
  const kernel = { ...IPYKERNEL, env: { A: 'spec', B: 'spec' } };
  await rig.execute(path, { kernel, env: { B: 'request' } });
  expect(textOf((await rig.cells(`${path}.out`))[0])).toBe(`spec request ${rig.root}\n`);
});

test('exit handlers run, and what they write is there when the request answers', async () => {
  const path = await rig.notebook('atexit', [
    'import atexit, time\natexit.register(lambda: (time.sleep(0.3), open("left", "w").write("good bye")))',
  ]);
  await rig.execute(path);
  expect(await readFile(rig.path('left'), 'utf8')).toBe('good bye');
});

test.each([
  ['no program', { argv: ['/nonexistent/python'] }, /could not be started/],
  [
    'no ipykernel',
    { argv: ['sh', '-c', 'echo "No module named ipykernel_launcher" >&2; exit 1'] },
    /exit code 1.*\nNo module/,
  ],
])('a kernel that does not start: %s', async (name, change, message) => {
  const path = await rig.notebook(`start ${name}`, ['1']);
  const result = await rig.execute(path, { kernel: { ...IPYKERNEL, ...change } });
  expect(result).toMatchObject({
    ok: false,
    error: { reason: 'kernel-start-failed', message: expect.stringMatching(message) },
  });
});

test('a kernel that never answers, and a working directory that does not exist', async () => {
  const path = await rig.notebook('mute', ['1']);
  const mute = { ...IPYKERNEL, argv: ['sleep', '1000'] };
  expect(await rig.execute(path, { kernel: mute, startupTimeout: 0.2 })).toMatchObject({
    ok: false,
    error: { reason: 'kernel-start-failed', message: expect.stringContaining('within 0.2 s') },
  });
  expect(await rig.execute(path, { cwd: rig.path('nowhere') })).toMatchObject({
    ok: false,
    error: { reason: 'kernel-start-failed', message: expect.stringContaining('nowhere does not exist') },
  });
});
