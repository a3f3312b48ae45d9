// Tests the words of every failure: what happened, where, and what to do next.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConfigFailure, Failure } from '../../src/failure.ts';
import { diagnosticText } from '../../src/report/diagnostic.ts';
import { failureLines } from '../../src/report/failure-text.ts';

const root = '/lab';
const lines = (failure: Failure, name?: string): string[] =>
  failureLines(failure, name === undefined ? { root } : { root, name });

describe('failures', () => {
  test('a failed cell names cell, line, exception, traceback, last good run, advice', () => {
    const failure: Failure = {
      reason: 'cell-failed',
      cell: 4,
      cells: 9,
      path: '/lab/code/.src/a.py',
      line: 31,
      exception: 'ValueError: bad band',
      message: 'bad band',
      traceback: 'line 31, in filter\n  raise\n\u001b[31mValueError\u001b[0m: bad band\n',
      partial: '/lab/.pipeio/failed/a.ipynb',
      lastGood: '/lab/.pipeio/cache/ab/cd',
      hint: 'look at the band',
    };
    expect(lines(failure)).toEqual([
      'cell 4 of 9: ValueError: bad band',
      '  code/.src/a.py:31',
      '  line 31, in filter',
      '    raise',
      '  ValueError: bad band',
      '  last good run: .pipeio/cache/ab/cd',
      '  this run:      .pipeio/failed/a.ipynb',
      '  look at the band',
    ]);
  });

  test.each([
    ['ValueError', 'bad', 'ValueError: bad'],
    ['ValueError', 'ValueError: bad', 'ValueError: bad'],
    ['ValueError: bad', 'bad', 'ValueError: bad'],
    [undefined, 'the kernel died', 'the kernel died'],
  ])('exception %j and message %j are said once', (exception, message, said) => {
    const failure: Failure = {
      reason: 'kernel-died',
      path: '/lab/a.py',
      message,
      ...(exception === undefined ? {} : { exception }),
    };
    expect(lines(failure)).toEqual([said, '  a.py']);
  });

  test('a message that names its cell is not said twice; a timeout is not called an interrupt', () => {
    const at = { path: '/lab/a.py', cell: 2, cells: 3 };
    const late = 'Cell 2 of 3 ran longer than 1 s.';
    const exception = 'KeyboardInterrupt';
    expect(lines({ reason: 'cell-timeout', message: late, exception, ...at })).toEqual([late, '  a.py']);
    const died = 'The kernel was killed by SIGSEGV while cell 2 of 3 ran.';
    expect(lines({ reason: 'kernel-died', message: died, ...at })).toEqual([died, '  a.py']);
  });

  test('a conflict shows the diff and the commands that end it', () => {
    const failure: Failure = {
      reason: 'sync-conflict',
      script: '/lab/.src/a.py',
      notebook: '/lab/a.ipynb',
      diff: '@@ cell 2 @@\n-x = 1\n+x = 2\n',
    };
    expect(lines(failure, 'my note')).toEqual([
      'both sides of the pair were edited since they last agreed; nothing was written',
      '  .src/a.py and a.ipynb',
      '  @@ cell 2 @@',
      '  -x = 1',
      '  +x = 2',
      "  keep the .py:    pipeio nb sync --direction py2nb --force 'my note'",
      "  keep the .ipynb: pipeio nb sync --direction nb2py --force 'my note'",
    ]);
  });

  test('a missing kernel lists those that are installed', () => {
    const failure: Failure = {
      reason: 'kernel-missing',
      kernel: 'cogpy',
      installed: ['python3', 'ir'],
      hint: 'python -m ipykernel install --user --name cogpy',
    };
    expect(lines(failure)).toEqual([
      'kernel "cogpy" is not installed',
      '  installed: python3, ir',
      '  python -m ipykernel install --user --name cogpy',
    ]);
    const many = Array.from({ length: 14 }, (_, index) => `k${index}`);
    expect(lines({ ...failure, installed: many })[1]).toMatch(/k11 and 2 more$/);
    expect(lines({ ...failure, installed: [] })[1]).toBe('  no kernel is installed');
  });

  test('a broken file is placed by line and column', () => {
    const failure: Failure = {
      reason: 'conflict-markers',
      path: '/lab/a.py',
      line: 12,
      column: 1,
      message: "git's conflict markers",
    };
    expect(lines(failure)).toEqual(["git's conflict markers", '  a.py:12:1']);
  });

  test.each<[Failure, string[]]>([
    [
      { reason: 'usage', message: 'no notebook "x"', hint: 'did you mean y?' },
      ['no notebook "x"', '  did you mean y?'],
    ],
    [{ reason: 'python-missing', message: 'no Python\ntried a, b' }, ['no Python', '  tried a, b']],
    [{ reason: 'write-failed', path: '/lab/docs', message: 'disk full' }, ['disk full', '  docs']],
    [{ reason: 'input-moved', path: '/lab/d.csv', message: 'kept moving' }, ['kept moving', '  d.csv']],
    [{ reason: 'not-executed', path: '/lab/a.py', message: 'not run yet' }, ['not run yet', '  a.py']],
    [{ reason: 'cancelled' }, ['cancelled']],
    [
      { reason: 'unknown-error', message: 'oops', stack: 'Error: oops\n    at f' },
      [
        'internal error: oops',
        '  Error: oops',
        '      at f',
        '  this is a bug in pipeio; the other notebooks were built as usual',
      ],
    ],
  ])('%j', (failure, expected) => {
    expect(lines(failure)).toEqual(expected);
  });
});

describe('diagnostics', () => {
  let folder: string;
  const place = (file: string, line: number, column: number, length?: number) => ({
    file: join(folder, file),
    line,
    column,
    ...(length === undefined ? {} : { length }),
  });
  const problem = (at: ConfigFailure['place'], more: Partial<ConfigFailure> = {}): ConfigFailure => ({
    reason: 'config-invalid',
    severity: 'error',
    message: 'unknown kind "demoo"',
    ...(at === undefined ? {} : { place: at }),
    ...more,
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipeio-report-'));
    await writeFile(join(folder, 'a.yml'), 'entries:\r\n  - kind: demoo\r\n\t- 雪雪: x\n');
    await writeFile(join(folder, 'long.yml'), `x: ${'a'.repeat(500)} bad ${'b'.repeat(500)}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('place, line, marker, related places, hint', () => {
    const related = [{ place: place('a.yml', 1, 1, 7), message: 'in this list' }];
    const hint = 'one of investigate, explore, demo, validate, interactive';
    expect(diagnosticText(problem(place('a.yml', 2, 11, 5), { related, hint }), folder)).toEqual([
      'a.yml:2:11: error: unknown kind "demoo"',
      '  2 |   - kind: demoo',
      '                ~~~~~',
      '  a.yml:1:1: in this list',
      '  1 | entries:',
      '      ~~~~~~~',
      '  one of investigate, explore, demo, validate, interactive',
    ]);
  });

  test('the marker stands right below tabs and wide characters', () => {
    expect(diagnosticText(problem(place('a.yml', 3, 4, 2)), folder).slice(1)).toEqual([
      '  3 | \t- 雪雪: x',
      '      \t  ~~~~',
    ]);
    expect(diagnosticText(problem(place('a.yml', 3, 8, 1)), folder)[2]).toBe('      \t        ~');
  });

  test('a long line is shown around the mark', () => {
    const [, text = '', marker = ''] = diagnosticText(problem(place('long.yml', 1, 505, 3)), folder);
    expect(text.length).toBeLessThan(120);
    expect(text.slice(marker.indexOf('~'), marker.lastIndexOf('~') + 1)).toBe('bad');
  });

  test('a mark is never longer than the line', () => {
    expect(diagnosticText(problem(place('a.yml', 2, 11, 500)), folder)[2]).toBe('                ~~~~~');
  });

  test('without a place, or with a file or line that is gone, the message remains', () => {
    expect(diagnosticText(problem(undefined), folder)).toEqual(['error: unknown kind "demoo"']);
    expect(diagnosticText(problem(place('gone.yml', 1, 1)), folder)).toEqual([
      'gone.yml:1:1: error: unknown kind "demoo"',
    ]);
    expect(diagnosticText(problem(place('a.yml', 99, 1)), folder)).toHaveLength(1);
  });

  test('a config failure among others is laid out as its diagnostic', () => {
    const [first, second] = failureLines(problem(place('a.yml', 2, 11, 5)), { root: folder });
    expect([first, second]).toEqual(['a.yml:2:11: error: unknown kind "demoo"', '    2 |   - kind: demoo']);
  });
});
