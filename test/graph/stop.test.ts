// Scheduling that is stopped: by a signal at any moment, or by a listener that throws.
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ScheduleOptions, Task } from '../../graph/index.ts';
import { quiet, Rig } from './rig.ts';

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
    expect(failed.work.signal?.aborted, 'what is over hears nothing').toBe(false);
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

  it('is heard by any number of tasks without a warning of leaks', async () => {
    const rig = new Rig();
    const stop = new AbortController();
    for (let i = 0; i < 30; i++) rig.task(`${i}`);
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    try {
      const untilAborted = (_task: Task, signal: AbortSignal): Promise<'failed'> =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('failed')));
      const result = rig.schedule({ signal: stop.signal, pools: { main: 30 }, run: untilAborted });
      await quiet();
      stop.abort();
      expect(new Set(Object.values(await result))).toEqual(new Set(['cancelled']));
      await quiet();
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', onWarning);
    }
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
