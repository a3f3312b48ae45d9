// A program that runs one notebook through a worker, prints the worker's process id, and waits to be killed.
import { dirname } from 'node:path';
import { Worker } from '../../src/worker/client.ts';

const [folder = '', notebook = ''] = process.argv.slice(2);
const python = process.env.PIPEIO_TEST_PYTHON ?? 'python3';
const cwd = dirname(notebook);
const started = await Worker.start({ python, folder, env: process.env, cwd });
if (!started.ok) throw new Error(started.error.message);
process.stdout.write(String(started.value.ready.pid));
await started.value.request('execute', {
  notebook,
  format: 'ipynb',
  kernel: {
    name: 'python3',
    displayName: 'Python 3',
    language: 'python',
    argv: [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    env: {},
    interruptMode: 'signal',
  },
  cwd,
  env: {},
  cellTimeout: null,
  notebookTimeout: null,
  startupTimeout: 60,
  out: `${notebook}.out`,
});
