// Kernels that publish more than the worker can take at once, or less than they should.
import { expect, test } from 'vitest';
import { Rig } from './execute-rig.ts';

/** Runs one notebook in a worker that was patched by some Python. */
async function withPatch(before: string, body: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await Rig.create(before);
  try {
    await body(rig);
  } finally {
    await rig.close();
  }
}

/** Each output takes the worker 10 ms; silence counts from half a second. */
const SLOW = `
import time
import cell_runner
cell_runner.IDLE_SECONDS = 0.5
output = cell_runner.CellRunner.output
def slow(*args):
    time.sleep(0.01)
    return output(*args)
cell_runner.CellRunner.output = slow`;

test('outputs that take the worker longer than the limit of silence all arrive', async () => {
  await withPatch(SLOW, async (rig) => {
    const path = await rig.notebook('many', ['for i in range(150): display(i)', '1']);
    expect(await rig.execute(path)).toMatchObject({ ok: true });
    const [many, next] = await rig.cells(`${path}.out`);
    expect(many?.outputs).toHaveLength(150);
    expect(next?.outputs).toHaveLength(1);
  });
});

test('a kernel that never says it is idle fails the cell', async () => {
  await withPatch('import cell_runner\ncell_runner.IDLE_SECONDS = 0.5', async (rig) => {
    const mute = 'print("said")\nget_ipython().kernel._publish_status = lambda *args, **kwargs: None';
    const path = await rig.notebook('mute', ['1', mute]);
    expect(await rig.execute(path)).toMatchObject({
      ok: false,
      error: {
        reason: 'kernel-died',
        message: 'The kernel finished cell 2 of 2 but not its outputs: none arrived for 0.5 s.',
        cell: 2,
        partial: true,
      },
    });
  });
});
