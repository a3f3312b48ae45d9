// Tests the words for a file system's refusals, and that bugs are not taken for one.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusalOf, writeFailure, writeFailureOf } from '../../src/engine/write-failure.ts';

test('a system error becomes plain words with its code and a hint', async () => {
  const error = await writeFile(tmpdir(), 'x').catch((thrown: unknown) => thrown);
  const failure = { reason: 'write-failed', message: 'a folder stands where the file belongs (EISDIR)' };
  expect(writeFailure('/lab/docs', error)).toMatchObject({ ...failure, path: '/lab/docs' });
  expect(refusalOf(error)).toMatchObject({ ...failure, path: tmpdir() });
});

test('a code is found among other words; unknown words stay as they are', () => {
  const full = { message: 'the disk is full (ENOSPC)', hint: expect.stringContaining('nothing was lost') };
  expect(writeFailureOf('/a', 'ENOSPC')).toMatchObject(full);
  expect(writeFailureOf('/a', '/tmp/x cannot be written: the disk is full (ENOSPC)')).toMatchObject(full);
  expect(writeFailureOf('/a', 'the stored page is gone')).toEqual({
    reason: 'write-failed',
    path: '/a',
    message: 'the stored page is gone',
  });
});

test('a missing file, or anything else that is thrown, is no refusal', async () => {
  const missing = await writeFile(join(tmpdir(), 'no', 'such', 'folder'), 'x').catch(
    (thrown: unknown) => thrown,
  );
  expect(refusalOf(missing)).toBeUndefined();
  expect(refusalOf(new TypeError('ENOSPC'))).toBeUndefined();
});
