// Tests that `nb status` looks as its specification draws it, and how it shows what the picture leaves out.
import { expect, test } from 'vitest';
import { type NotebookStatus, statusText } from '../../src/report/status-text.ts';

const at = (day: number, hour: number, minute = 0): Date => new Date(2026, 2, day, hour, minute);

const BASE: NotebookStatus = {
  flow: 'preprocess/ieeg',
  name: 'investigate_noise_characterization_demo',
  format: 'percent',
  kernel: '',
  kind: 'investigate',
  status: 'active',
  files: [
    { ext: '.py', exists: true, modified: at(20, 14, 30), state: 'source' },
    { ext: '.ipynb', exists: true, modified: at(20, 14, 28), state: 'py-newer' },
    { ext: '.md', exists: true, modified: at(20, 14, 28), state: 'stale' },
  ],
  executed: 'yes',
  published: [],
};

test('the picture of the specification', () => {
  const second: NotebookStatus = {
    ...BASE,
    name: 'investigate_noise_tfspace_demo',
    files: [
      { ext: '.py', exists: true, modified: at(19, 10), state: 'source' },
      { ext: '.ipynb', exists: true, modified: at(19, 10), state: 'synced' },
      { ext: '.md', exists: true, modified: at(19, 10), state: 'synced' },
    ],
    executed: 'yes',
    published: [{ format: 'myst', date: at(19, 11) }],
  };
  expect(statusText([BASE, second], { color: false })).toBe(
    `Flow: preprocess/ieeg (2 entries)

  investigate_noise_characterization_demo
    .py   2026-03-20 14:30  (source)
    .ipynb 2026-03-20 14:28  ⚠ out of sync (py is newer)
    .md   2026-03-20 14:28  ⚠ out of sync
    published: no

  investigate_noise_tfspace_demo
    .py   2026-03-19 10:00  (source)
    .ipynb 2026-03-19 10:00  ✓ synced
    .md   2026-03-19 10:00  ✓ synced
    published: yes (2026-03-19)`,
  );
});

test('what is out of the ordinary gets a line', () => {
  const odd: NotebookStatus = {
    ...BASE,
    flow: 'qc',
    name: 'qc_demo',
    kernel: 'neurolab',
    status: 'archived',
    files: [
      { ext: '.py', exists: true, modified: at(2, 9), state: 'conflict' },
      { ext: '.ipynb', exists: false, modified: null, state: 'missing' },
    ],
    executed: 'failed',
    published: [
      { format: 'myst', date: at(1, 9) },
      { format: 'html', date: at(2, 9) },
    ],
  };
  const live: NotebookStatus = { ...odd, name: 'live', format: 'marimo', kernel: '', executed: 'edited' };
  expect(statusText([BASE, odd, live], { color: false }).split('\n').slice(8)).toEqual([
    'Flow: qc (2 entries)',
    '',
    '  qc_demo',
    '    .py   2026-03-02 09:00  ✗ conflict (both sides were edited)',
    '    .ipynb ⚠ missing',
    '    kernel: neurolab',
    '    status: archived',
    '    executed: ✗ failed',
    '    published: yes (myst 2026-03-01, html 2026-03-02)',
    '',
    '  live',
    '    .py   2026-03-02 09:00  ✗ conflict (both sides were edited)',
    '    .ipynb ⚠ missing',
    '    format: marimo',
    '    status: archived',
    '    executed: ⚠ outputs edited',
    '    published: yes (myst 2026-03-01, html 2026-03-02)',
  ]);
});

test('one entry is an entry, and none draw nothing', () => {
  expect(statusText([BASE], { color: false })).toMatch(/^Flow: preprocess\/ieeg \(1 entry\)\n/);
  expect(statusText([], { color: false })).toBe('');
});

test('colour marks the states only when asked for', () => {
  expect(statusText([BASE], { color: true })).toContain('\u001b[33m⚠ out of sync (py is newer)');
  expect(statusText([BASE], { color: false })).not.toContain('\u001b');
});

test('a notebook that has never run says so, one that never runs by itself does not', () => {
  const text = (executed: NotebookStatus['executed']) =>
    statusText([{ ...BASE, executed }], { color: false });
  expect(text('no')).toContain('\n    executed: no\n');
  expect(text(null)).not.toContain('executed');
});
