// What a `pipeio.yml` may say, and how mistakes in it are told.
import { expect, test } from 'vitest';
import { parseSettingsFile } from '../../src/config/settings-file.ts';

const FILE = '/project/pipeio.yml';

test('defaults', () => {
  for (const text of ['', '# nothing\n', '{}\n']) {
    expect(parseSettingsFile(FILE, text)).toEqual({
      fields: { timeout: 600, startup_timeout: 60, env: {}, docs_dir: '' },
      problems: [],
    });
  }
});

test('every setting is read', () => {
  const text = `jobs: 4
timeout: 30
notebook_timeout: 3600
startup_timeout: 10
python: .venv/bin/python
env: { OMP_NUM_THREADS: "1" }
docs_dir: docs
`;
  expect(parseSettingsFile(FILE, text)).toEqual({
    fields: {
      jobs: 4,
      timeout: 30,
      notebook_timeout: 3600,
      startup_timeout: 10,
      python: '.venv/bin/python',
      env: { OMP_NUM_THREADS: '1' },
      docs_dir: 'docs',
    },
    problems: [],
  });
});

test.each([
  ['jobs: 0', '1:7', 'jobs must be at least 1', undefined],
  ['jobs: 1.5', '1:7', 'jobs must be a whole number, not 1.5', undefined],
  ['jobs: two', '1:7', 'jobs must be a number, not "two"', undefined],
  ['timeout: 0', '1:10', 'timeout must be more than 0 seconds', undefined],
  ['python: python3', '1:9', 'python must be a path, such as .venv/bin/python', undefined],
  ['env: {N: 4}', '1:10', 'env.N must be text, not 4', 'put quotes around it: "4"'],
  ['env: {A-B: x}', '1:7', 'env.A-B must be the name of a variable', undefined],
  ['env: [N]', '1:1', 'env must be a map, not a list', undefined],
  ['- jobs', '1:1', 'this must be a map, not a list', undefined],
  ['job: 4', '1:1', 'unknown key "job" has no effect', 'did you mean "jobs"?'],
])('%s', (text, at, message, hint) => {
  const { problems } = parseSettingsFile(FILE, text);
  expect(problems).toHaveLength(1);
  const [problem] = problems;
  expect(`${problem?.place?.line}:${problem?.place?.column}`).toBe(at);
  expect(problem?.place?.file).toBe(FILE);
  expect([problem?.message, problem?.hint]).toEqual([message, hint]);
});

test('one wrong setting leaves the others as they are', () => {
  const { fields, problems } = parseSettingsFile(FILE, 'jobs: many\ndocs_dir: docs\n');
  expect(fields.docs_dir).toBe('docs');
  expect(fields.jobs).toBeUndefined();
  expect(problems).toHaveLength(1);
});
