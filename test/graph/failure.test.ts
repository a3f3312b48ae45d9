// Scheduling when tasks fail or throw: what is blocked, what goes on, and fail-fast.
import { describe, expect, it } from 'vitest';
import { quiet, Rig } from './rig.ts';

describe('a failure', () => {
  it('blocks what needs it, however indirectly, and nothing else', async () => {
    const rig = new Rig();
    const [bad, good] = [rig.task('bad'), rig.task('good')];
    const child = rig.task('child', [bad, good]);
    const grandchild = rig.task('grandchild', [child]);
    const other = rig.task('other', [good]);
    bad.finish('failed');
    const result = rig.schedule();
    await quiet();
    good.finish();
    other.finish();
    expect(await result).toEqual({
      bad: 'failed',
      good: 'done',
      child: 'blocked',
      grandchild: 'blocked',
      other: 'done',
    });
    expect(rig.told).toContain('child blocked by bad');
    expect(rig.told).toContain('grandchild blocked by bad');
    expect([child, grandchild].map(({ check }) => check.count)).toEqual([0, 0]);
  });

  it('of the check counts like one of the run', async () => {
    const rig = new Rig();
    const bad = rig.task('bad', [], { holdCheck: true });
    rig.task('child', [bad]);
    bad.check.finish('failed');
    expect(await rig.schedule()).toEqual({ bad: 'failed', child: 'blocked' });
    expect(bad.work.count).toBe(0);
  });

  it('that comes second does not block a task again', async () => {
    const rig = new Rig();
    const [first, second] = [rig.task('first'), rig.task('second')];
    rig.task('child', [first, second]);
    const result = rig.schedule();
    await second.started();
    second.finish('failed');
    await quiet();
    first.finish('failed');
    await result;
    expect(rig.told.filter((line) => line.startsWith('child'))).toEqual(['child blocked by second']);
  });

  it('with failFast stops all else, and waits for what runs', async () => {
    const rig = new Rig();
    const [bad, long] = [rig.task('bad'), rig.task('long')];
    const checked = rig.task('checked', [], { holdCheck: true });
    const queued = rig.task('queued');
    rig.task('child', [bad]);
    rig.task('later', [long]);
    let settled = false;
    const result = rig.schedule({ failFast: true, pools: { main: 2 } }).finally(() => {
      settled = true;
    });
    await Promise.all([bad.started(), long.started(), checked.check.begun]);
    expect(long.work.signal?.aborted).toBe(false);
    bad.finish('failed');
    await quiet();
    expect([long.work.signal?.aborted, checked.check.signal?.aborted, settled]).toEqual([true, true, false]);
    checked.check.finish('run');
    await quiet();
    expect(settled).toBe(false);
    long.finish('failed');
    expect(await result).toEqual({
      bad: 'failed',
      child: 'blocked',
      long: 'cancelled',
      later: 'cancelled',
      checked: 'cancelled',
      queued: 'cancelled',
    });
    expect([checked.work.count, queued.work.count]).toEqual([0, 0]);
  });
});

describe('a throw', () => {
  it('counts as a failure and is told with its task', async () => {
    const rig = new Rig();
    const a = rig.task('a', [], { holdCheck: true });
    const [b, c] = [rig.task('b'), rig.task('c')];
    rig.task('child', [b]);
    const errors = [new Error('in check'), new Error('in run')];
    a.check.throw(errors[0]);
    b.work.throw(errors[1]);
    c.finish();
    expect(await rig.schedule()).toEqual({ a: 'failed', b: 'failed', c: 'done', child: 'blocked' });
    expect(rig.thrown).toEqual([
      ['a', errors[0]],
      ['b', errors[1]],
    ]);
  });

  it('before the promise is there is no different', async () => {
    const rig = new Rig();
    rig.task('a');
    const error = new Error('at once');
    const run = (): never => {
      throw error;
    };
    expect(await rig.schedule({ run })).toEqual({ a: 'failed' });
    expect(await rig.schedule({ check: run })).toEqual({ a: 'failed' });
    expect(rig.thrown).toEqual([
      ['a', error],
      ['a', error],
    ]);
  });

  it('of an AbortError that no stop asked for is told like any other', async () => {
    const rig = new Rig();
    const error = Object.assign(new Error('cut short'), { name: 'AbortError' });
    rig.task('a').work.throw(error);
    expect(await rig.schedule()).toEqual({ a: 'failed' });
    expect(rig.thrown).toEqual([['a', error]]);
  });

  it('frees the slot', async () => {
    const rig = new Rig();
    const [bad, next] = [rig.task('bad'), rig.task('next')];
    bad.work.throw(new Error('bug'));
    next.finish();
    expect(await rig.schedule({ pools: { main: 1 } })).toEqual({ bad: 'failed', next: 'done' });
  });
});
