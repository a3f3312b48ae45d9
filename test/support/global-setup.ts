// Gives all tests a Python with kernels: PIPEIO_TEST_PYTHON names its interpreter, made once unless it is set already.
import { join } from 'node:path';
import { execa } from 'execa';

/** Runs once before vitest starts its workers, which inherit the variable. */
export default async function setup(): Promise<void> {
  if (process.env.PIPEIO_TEST_PYTHON) return;
  const script = join(import.meta.dirname, '../../scripts/python-env.mjs');
  const { stdout } = await execa(process.execPath, [script], { stderr: 'inherit' });
  process.env.PIPEIO_TEST_PYTHON = stdout.trim();
}
