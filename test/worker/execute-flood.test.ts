// Kernels that publish more than the worker can take at once, or less than they should.
import { expect, test } from 'vitest';
import { Rig, textOf } from './execute-rig.ts';

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

/** An output of a stream that takes no more must not get as far as this. */
const STRICT = `
import cell_runner
output = cell_runner.CellRunner.output
def strict(self, outs, msg, *args):
    if msg["msg_type"] == "stream" and not self.clear_before_next_output:
        assert msg["content"]["name"] not in self.streams._dropped
    return output(self, outs, msg, *args)
cell_runner.CellRunner.output = strict`;

test('what a full stream gets is counted and thrown away as it arrives, until the cell clears its output', async () => {
  await withPatch(STRICT, async (rig) => {
    // A kernel itself loses messages beyond a thousand that it cannot send at once.
    const flood = 'for i in range(900): print("é" * 4999, flush=True)\n';
    const clear = 'from IPython.display import clear_output\nclear_output(wait=True)\n';
    const path = await rig.notebook('flood', [
      `import sys\n${flood}print("!", file=sys.stderr)\n1`,
      `${flood}${clear}print("last")`,
    ]);
    expect(await rig.execute(path)).toMatchObject({ ok: true });
    const [whole, cleared] = await rig.cells(`${path}.out`);
    const told = `\n[output truncated, ${700 * (2 * 4999 + 1)} bytes more]\n`;
    const [stdout, stderr, result] = whole?.outputs ?? [];
    expect([stdout?.text].flat().join('').slice(1_000_000)).toBe(told);
    expect([stderr?.text].flat()).toEqual(['!\n']);
    expect(result?.data?.['text/plain']).toEqual(['1']);
    expect(textOf(cleared)).toBe('last\n');
  });
});
