// Tests the small words and the measuring of text that all reports share.
import { describe, expect, test } from 'vitest';
import { canRewrite, wantsColor } from '../../src/report/colors.ts';
import { cutColumns, displayWidth, oneLine, padColumns } from '../../src/report/columns.ts';
import { summaryText } from '../../src/report/summary-text.ts';
import { showPath, showReason, showSeconds } from '../../src/report/words.ts';

const SUMMARY = {
  notebooks: 12,
  executed: 0,
  restored: 0,
  updated: 0,
  fresh: 0,
  failed: 0,
  conflict: 0,
  blocked: 0,
  kernels_started: 0,
  python_started: 0,
  seconds: 0.1,
};

describe('columns', () => {
  test.each([
    ['plain', 5],
    ['Überblick', 9],
    ['u\u0308ber', 4],
    ['雪の結晶', 8],
    ['한글', 4],
    ['a🧠b', 4],
    ['👩‍🔬', 2],
    ['', 0],
  ])('%j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test('pads by columns, not by characters', () => {
    expect(padColumns('雪', 4)).toBe('雪  ');
    expect(padColumns('longer', 4)).toBe('longer');
  });

  test('cuts between characters, never inside one', () => {
    expect(cutColumns('fits', 4)).toBe('fits');
    expect(cutColumns('too long', 4)).toBe('too…');
    expect(cutColumns('雪の結晶', 4)).toBe('雪…');
    expect(cutColumns('é'.repeat(2_000_000), 4)).toBe('ééé…');
  });

  test('what a notebook printed cannot steer the terminal', () => {
    expect(oneLine('\u001b[2Jgone\u0007\r\nnext')).toBe('gone next');
    expect(oneLine('\u001b]0;title\u0007a\u001b]8;;x\u001b\\b\u001b[1;31mc\u001b[0m')).toBe('abc');
  });
});

describe('words', () => {
  test.each([
    ['/lab/code/a.py', 'code/a.py'],
    ['/lab', '.'],
    ['/elsewhere/a.py', '/elsewhere/a.py'],
    ['/lab/..data/a.csv', '..data/a.csv'],
    ['code/a.py', 'code/a.py'],
  ])('%s is shown as %s', (path, shown) => {
    expect(showPath(path, '/lab')).toBe(shown);
  });

  test.each([
    [0.04, '0.0 s'],
    [14.24, '14.2 s'],
    [99.96, '1 min 40 s'],
    [125, '2 min 5 s'],
    [3599.6, '1 h 0 min'],
    [3780, '1 h 3 min'],
  ])('%d seconds', (seconds, shown) => {
    expect(showSeconds(seconds)).toBe(shown);
  });

  test('a reason says how many more there are', () => {
    expect(showReason({ text: 'cell 4 changed', more: 0 })).toBe('cell 4 changed');
    expect(showReason({ text: 'cell 4 changed', more: 2 })).toBe('cell 4 changed (+2 more)');
  });
});

describe('summary', () => {
  test('names what happened, each notebook once', () => {
    const text = summaryText({ ...SUMMARY, executed: 3, fresh: 8, failed: 1, seconds: 14.2 });
    expect(text).toBe('12 notebooks: 3 executed, 8 fresh, 1 failed  14.2 s');
  });

  test('a no-op', () => {
    expect(summaryText({ ...SUMMARY, fresh: 12 })).toBe('12 notebooks: 12 fresh  0.1 s');
  });

  test('an interrupted build counts what did not come to its end', () => {
    const text = summaryText({ ...SUMMARY, notebooks: 3, executed: 1 });
    expect(text).toBe('3 notebooks: 1 executed, 2 not finished  0.1 s');
  });

  test('conflicts are counted as nouns', () => {
    expect(summaryText({ ...SUMMARY, notebooks: 3, conflict: 2, blocked: 1 })).toBe(
      '3 notebooks: 2 conflicts, 1 blocked  0.1 s',
    );
  });

  test('a project without notebooks', () => {
    expect(summaryText({ ...SUMMARY, notebooks: 0 })).toBe('0 notebooks  0.1 s');
  });

  test('a dry run says what would be', () => {
    expect(summaryText({ ...SUMMARY, executed: 2, fresh: 10 }, true)).toBe(
      '12 notebooks: 2 to execute, 10 fresh  0.1 s  (dry run)',
    );
  });
});

describe('colours', () => {
  test.each([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: 'dumb' }, true, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ CI: 'true' }, true, true],
  ])('%j on a terminal %s: %s', (env, isTTY, colored) => {
    expect(wantsColor(env, isTTY)).toBe(colored);
  });

  test('lines are rewritten on a real terminal only', () => {
    expect(canRewrite({}, true)).toBe(true);
    expect(canRewrite({}, false)).toBe(false);
    expect(canRewrite({ CI: 'true' }, true)).toBe(false);
    expect(canRewrite({ TERM: 'dumb' }, true)).toBe(false);
  });
});
