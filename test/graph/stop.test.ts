// Scheduling when things go wrong: failures, throws, stops, and listeners that misbehave.
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ScheduleOptions } from '../../graph/index.ts';
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

describe('an abort', () => {
  it('starts nothing more, and what still gets done is done', async () => {
    const rig = new Rig();
    const stop = new AbortController();
    const [finishes, fails, throws] = [rig.task('finishes'), rig.task('fails'), rig.task('throws')];
    const queued = rig.task('queued');
    const checked = rig.task('checked', [], { holdCheck: true });
    const child = rig.task('child', [finishes]);
    const failed = rig.task('failed', [], { pool: 'other' });
    rig.task('blocked', [failed]);
    failed.finish('failed');
    const result = rig.schedule({ signal: stop.signal, pools: { main: 3, other: 1 } });
    await throws.started();
    await quiet();
    stop.abort('enough');
    expect(rig.told).toContain('queued cancelled');
    expect(rig.told).toContain('child cancelled');
    expect(throws.work.signal?.reason).toBe('enough');
    finishes.finish('done');
    fails.finish('failed');
    throws.work.throw('enough');
    checked.check.finish('done');
    expect(await result).toEqual({
      finishes: 'done',
      fails: 'cancelled',
      throws: 'cancelled',
      queued: 'cancelled',
      checked: 'done',
      child: 'cancelled',
      failed: 'failed',
      blocked: 'blocked',
    });
    expect([queued.work.count, child.check.count]).toEqual([0, 0]);
  });

  it('settles only when the last running task has', async () => {
    const rig = new Rig();
    const stop = new AbortController();
    const a = rig.task('a');
    let settled = false;
    const result = rig.schedule({ signal: stop.signal }).finally(() => {
      settled = true;
    });
    await a.started();
    stop.abort();
    await quiet();
    expect(settled).toBe(false);
    a.finish();
    expect(await result).toEqual({ a: 'done' });
  });

  it('beforehand cancels everything', async () => {
    const rig = new Rig();
    const a = rig.task('a');
    rig.task('b', [a]);
    expect(await rig.schedule({ signal: AbortSignal.abort() })).toEqual({ a: 'cancelled', b: 'cancelled' });
    expect(a.check.count).toBe(0);
  });

  it('hides the errors that it causes, but not others', async () => {
    const rig = new Rig();
    const stop = new AbortController();
    const [polite, named, broken] = [rig.task('polite'), rig.task('named'), rig.task('broken')];
    const result = rig.schedule({ signal: stop.signal });
    await broken.started();
    stop.abort(new Error('enough'));
    polite.work.throw(stop.signal.reason);
    named.work.throw(Object.assign(new Error('cut short'), { name: 'AbortError' }));
    broken.work.throw(new TypeError('bug'));
    expect(await result).toEqual({ polite: 'cancelled', named: 'cancelled', broken: 'cancelled' });
    expect(rig.thrown).toEqual([['broken', new TypeError('bug')]]);
  });

  it('leaves no listener behind on the signal', async () => {
    const { signal } = new AbortController();
    const rig = new Rig();
    rig.task('a').finish();
    await rig.schedule({ signal });
    await expect(rig.schedule({ signal, pools: { main: 1 }, checks: 0 })).rejects.toThrow(RangeError);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  // Every state is a moment at which a listener may abort, in the midst of the scheduler's own work.
  for (const moment of [
    'a ready',
    'a running',
    'a done',
    'b ready',
    'd failed',
    'e blocked by d',
    'x running',
  ]) {
    it(`from within the listener at "${moment}" starts nothing more`, async () => {
      const rig = new Rig();
      const stop = new AbortController();
      const a = rig.task('a');
      const b = rig.task('b', [a]);
      const d = rig.task('d');
      const e = rig.task('e', [d]);
      rig.task('f', [d, e]);
      const x = rig.task('x', [], { priority: -1 });
      for (const task of [a, b, x]) task.finish();
      d.finish('failed');
      let startedBefore: number | undefined;
      const started = (): number => [a, b, d, x].reduce((sum, { work }) => sum + work.count, 0);
      const onState: ScheduleOptions['onState'] = (task, state, cause) => {
        if ([task.id, state, ...(cause ? ['by', cause] : [])].join(' ') !== moment) return;
        startedBefore = started();
        stop.abort();
      };
      const states = await rig.schedule({ signal: stop.signal, pools: { main: 1 }, onState });
      expect(started()).toBe(startedBefore);
      for (const state of Object.values(states))
        expect(['done', 'failed', 'blocked', 'cancelled']).toContain(state);
    });
  }
});

describe('a listener that throws', () => {
  const error = new Error('listener');
  const fail = (): never => {
    throw error;
  };

  it('stops the schedule, which rejects once all has settled', async () => {
    const rig = new Rig();
    const [a, b] = [rig.task('a'), rig.task('b')];
    let settled = false;
    const onState: ScheduleOptions['onState'] = (_task, state) => state === 'done' && fail();
    const result = rig.schedule({ onState }).finally(() => {
      settled = true;
    });
    result.catch(() => 'looked at below');
    await Promise.all([a.started(), b.started()]);
    a.finish();
    await quiet();
    expect([b.work.signal?.aborted, settled]).toEqual([true, false]);
    b.finish();
    await expect(result).rejects.toBe(error);
  });

  it('is heard even at the very last change, and when told of a throw', async () => {
    const rig = new Rig();
    rig.task('a').finish();
    await expect(rig.schedule({ onState: (_task, state) => state === 'done' && fail() })).rejects.toBe(error);
    await expect(rig.schedule({ check: fail, onThrow: fail })).rejects.toBe(error);
  });
});
