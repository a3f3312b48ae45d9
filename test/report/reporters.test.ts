// Tests what the plain and the JSON reporter print for whole builds.
import { describe, expect, test } from 'vitest';
import type { Event, NodeName, NodeRef } from '../../src/event.ts';
import type { Failure } from '../../src/failure.ts';
import { jsonReporter } from '../../src/report/json.ts';
import { type PlainOptions, plainReporter } from '../../src/report/plain.ts';

const at = (name: string, node: NodeName = 'exec'): NodeRef => ({ notebook: `flow/${name}`, name, node });
const because = (text: string) => ({ text, more: 0 });

const SUMMARY: Event = {
  type: 'summary',
  notebooks: 12,
  executed: 3,
  restored: 0,
  updated: 0,
  fresh: 8,
  failed: 1,
  conflict: 0,
  blocked: 0,
  kernels_started: 4,
  python_started: 1,
  seconds: 14.2,
};

const FAILED: Failure = {
  reason: 'cell-failed',
  cell: 2,
  cells: 3,
  path: '/lab/.src/qc_demo.py',
  line: 7,
  exception: 'KeyError',
  message: "'band'",
  lastGood: '/lab/.pipeio/cache/aa/bb',
};

function sink() {
  const written: string[] = [];
  return { written, write: (text: string) => void written.push(text) };
}

async function print(events: readonly Event[], options: Partial<PlainOptions> = {}): Promise<string> {
  const stdout = sink();
  const reporter = plainReporter({
    stdout,
    color: false,
    root: '/lab',
    isTTY: false,
    columns: 80,
    ...options,
  });
  for (const event of events) reporter.handle(event);
  await reporter.close();
  return stdout.written.join('');
}

describe('plain', () => {
  test('a build: starts and ends of what runs, failures in full at the end, the summary last', async () => {
    const text = await print([
      { type: 'plan', notebooks: 12, nodes: 40, toExecute: 2, dryRun: false },
      { type: 'node-finished', ...at('old', 'sync'), outcome: 'fresh', seconds: 0 },
      { type: 'node-started', ...at('filter_demo', 'sync'), reason: because('the .py changed') },
      { type: 'node-finished', ...at('filter_demo', 'sync'), outcome: 'updated', seconds: 0.12 },
      { type: 'node-started', ...at('filter_demo'), reason: { text: 'cell 4 changed', more: 1 } },
      { type: 'kernel-started', ...at('filter_demo'), kernel: 'neurolab', seconds: 0.4 },
      { type: 'node-started', ...at('qc_demo'), reason: because('never executed') },
      { type: 'cell-started', ...at('filter_demo'), cell: 1, cells: 2, firstLine: 'import numpy' },
      { type: 'cell-output', ...at('filter_demo'), cell: 1, text: 'hello' },
      { type: 'cell-finished', ...at('filter_demo'), cell: 1, cells: 2, seconds: 0.3 },
      { type: 'cell-finished', ...at('filter_demo'), cell: 2, cells: 2, seconds: 9.26 },
      { type: 'node-failed', ...at('qc_demo'), failure: FAILED, seconds: 1.5 },
      { type: 'node-blocked', ...at('qc_demo', 'publish:html'), by: 'qc_demo' },
      { type: 'node-blocked', ...at('report'), by: 'qc_demo' },
      { type: 'node-blocked', ...at('report', 'publish:html'), by: 'report' },
      { type: 'remark', ...at('filter_demo'), text: 'opened a connection' },
      { type: 'node-finished', ...at('filter_demo'), outcome: 'executed', seconds: 10.04 },
      { type: 'notebook-finished', notebook: 'flow/filter_demo', name: 'filter_demo', outcome: 'executed' },
      SUMMARY,
    ]);
    expect(text).toBe(`sync  filter_demo  updated  the .py changed  0.1 s
exec  filter_demo  cell 4 changed (+1 more)
exec  qc_demo  never executed
exec  filter_demo  cell 2 of 2  9.3 s
exec  qc_demo  failed  cell 2 of 3: KeyError: 'band'  1.5 s
exec  report  blocked by qc_demo
exec  filter_demo  remark: opened a connection
exec  filter_demo  executed  10.0 s

exec failed  qc_demo
  cell 2 of 3: KeyError: 'band'
  .src/qc_demo.py:7
  last good run: .pipeio/cache/aa/bb

12 notebooks: 3 executed, 8 fresh, 1 failed  14.2 s
`);
  });

  test('a no-op prints one line', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const events: Event[] = names.flatMap((name): Event[] => [
      { type: 'node-finished', ...at(name, 'sync'), outcome: 'fresh', seconds: 0 },
      { type: 'node-finished', ...at(name), outcome: 'fresh', seconds: 0 },
      { type: 'notebook-finished', notebook: `flow/${name}`, name, outcome: 'fresh' },
    ]);
    const text = await print([...events, { ...SUMMARY, executed: 0, failed: 0, fresh: 12, seconds: 0.08 }]);
    expect(text).toBe('12 notebooks: 12 fresh  0.1 s\n');
  });

  test('a dry run says what would run and why', async () => {
    const text = await print([
      { type: 'plan', notebooks: 2, nodes: 4, toExecute: 1, dryRun: true },
      { type: 'would-run', ...at('load'), action: 'execute', reason: because('data/raw.csv changed') },
      { type: 'would-run', ...at('report'), action: 'wait', reason: because('reads what load writes') },
      { ...SUMMARY, notebooks: 2, executed: 1, fresh: 0, failed: 0, blocked: 1, seconds: 0.1 },
    ]);
    expect(text).toBe(`exec  load  would execute  data/raw.csv changed
exec  report  waits  reads what load writes
2 notebooks: 1 to execute, 1 waiting  0.1 s  (dry run)
`);
  });

  test('a conflict shows its diff, coloured, and the command that ends it', async () => {
    const failure: Failure = {
      reason: 'sync-conflict',
      script: '/lab/.src/a.py',
      notebook: '/lab/a.ipynb',
      diff: '-x = 1\n+x = 2\n',
    };
    const event: Event = { type: 'node-failed', ...at('a', 'sync'), failure, seconds: 0 };
    expect(await print([event])).toContain(`
conflict  a
  both sides of the pair were edited since they last agreed; nothing was written
  .src/a.py and a.ipynb
    -x = 1
    +x = 2
  keep the .py:    pipeio nb sync --direction py2nb --force a
`);
    expect(await print([event], { color: true })).toContain('    \u001b[31m-x = 1\u001b[39m\n');
  });

  test('configuration problems go to stderr at once', async () => {
    const stderr = sink();
    const text = await print(
      [
        { type: 'config-problem', problem: { reason: 'config-invalid', severity: 'error', message: 'bad' } },
        { ...SUMMARY, notebooks: 0, executed: 0, fresh: 0, failed: 0 },
      ],
      { stderr },
    );
    expect(stderr.written.join('')).toBe('error: bad\n');
    expect(text).toBe('0 notebooks  14.2 s\n');
  });

  test('an interrupted build that never came to a summary still tells its failures, once', async () => {
    const failed: Event = { type: 'node-failed', ...at('qc_demo'), failure: FAILED, seconds: 1 };
    const interrupted = await print([
      failed,
      { type: 'node-failed', ...at('b'), failure: { reason: 'cancelled' }, seconds: 1 },
    ]);
    expect(interrupted.match(/exec failed {2}qc_demo/g)).toHaveLength(1);
    expect(interrupted).toContain('exec  b  cancelled  1.0 s\n');
    expect((await print([failed, SUMMARY])).match(/exec failed {2}qc_demo/g)).toHaveLength(1);
  });

  test('long and hostile texts stay on one line', async () => {
    const text = await print([
      { type: 'node-started', ...at('雪\u001b[2J\n雪'), reason: because(`${'long '.repeat(100)}\nend`) },
    ]);
    expect(text).toMatch(/^exec {2}雪 雪 {2}(long )+…?/);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toContain('\u001b');
  });

  test('on a terminal the running cell stands below the last line and leaves no trace', async () => {
    const events: Event[] = [
      { type: 'cell-started', ...at('a'), cell: 1, cells: 2, firstLine: `x = ${'1'.repeat(100)}` },
      { type: 'node-finished', ...at('b'), outcome: 'restored', seconds: 0 },
      { type: 'cell-started', ...at('a'), cell: 2, cells: 2, firstLine: 'y' },
    ];
    const text = await print(events, { isTTY: true, columns: 40 });
    const first = `${'exec  a  cell 1 of 2  x = 1111111111111111'.slice(0, 38)}…`;
    expect(text).toBe(`${first}\r\u001b[2Kexec  b  restored  0.0 s\nexec  a  cell 2 of 2  y\r\u001b[2K`);
    expect(await print(events)).toBe('exec  b  restored  0.0 s\n');
  });

  test('failures that read the same are told once, with all their names', async () => {
    const missing: Failure = { reason: 'kernel-missing', kernel: 'lab', installed: ['python3'] };
    const failed = (name: string, failure: Failure): Event => ({
      type: 'node-failed',
      failure,
      seconds: 0,
      ...at(name),
    });
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const events = [...names.map((name) => failed(name, missing)), failed('other', FAILED), SUMMARY];
    const told = (await print(events)).split('\n').filter((line) => line.startsWith('exec failed'));
    expect(told).toEqual(['exec failed  n0, n1, n2, n3, n4, n5, n6, n7 and 4 more', 'exec failed  other']);
  });
});

describe('json', () => {
  test('one event a line, the summary last with its keys in order', async () => {
    const stdout = sink();
    const { written } = stdout;
    const reporter = jsonReporter({ stdout });
    const started: Event = { type: 'node-started', ...at('a\nb'), reason: because('cell 4 changed') };
    const { seconds: _, type: __, ...counts } = SUMMARY;
    reporter.handle(started);
    reporter.handle({
      seconds: 14.20049,
      ...counts,
      fresh: 9,
      failed: 0,
      kernels_started: 3,
      type: 'summary',
    });
    await reporter.close();
    expect(written.map((line) => line.endsWith('\n') && !line.slice(0, -1).includes('\n'))).toEqual([
      true,
      true,
    ]);
    expect(JSON.parse(written[0] ?? '')).toEqual(started);
    expect(written[1]).toBe(
      '{"type":"summary","notebooks":12,"executed":3,"restored":0,"updated":0,"fresh":9,"failed":0,"conflict":0,"blocked":0,"kernels_started":3,"python_started":1,"seconds":14.2}\n',
    );
  });
});
