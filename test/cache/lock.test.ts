// A lock has one holder at a time, in this process and among processes, and outlives no holder.
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Holder, type Lock, LockFolder } from '../../cache/index.ts';
import {
  discard,
  moveAway,
  moveOntoPlace,
  prepare,
  removeLitter,
  standingAt,
} from '../../cache/lock-place.ts';
import { lifeOf, thisProcess } from '../../cache/process-identity.ts';
import { buildChild, Child, temporaryFolder } from './support.ts';

/** No process can have this id. */
const DEAD = { ...thisProcess(), pid: 2 ** 22 + 1 };

async function take(locks: LockFolder, name = 'name'): Promise<Lock> {
  const lock = await locks.acquire(name);
  if (!lock.ok) throw new Error(lock.error.code);
  return lock.value;
}

/** Leaves a lock behind as if another process had taken it. */
async function leave(folder: string, name: string, holder: Omit<Holder, 'name'>): Promise<string> {
  const lock = await take(new LockFolder(folder), name);
  const [place = ''] = await readdir(folder);
  lock.release();
  prepare(join(folder, place), 'theirs', { ...holder, name });
  moveOntoPlace(join(folder, place), 'theirs');
  return join(folder, place);
}

test('callers in one process take turns, and each waiting one hears of the holder once', async () => {
  const folder = await temporaryFolder();
  let inside = 0;
  let most = 0;
  const waitedFor: Holder[] = [];
  await Promise.all(
    [1, 2, 3, 4].map(async () => {
      // Two objects on one folder exclude each other as well.
      const lock = await new LockFolder(folder).acquire('a/b: c', {
        onWait: (holder) => waitedFor.push(holder),
      });
      inside += 1;
      most = Math.max(most, inside);
      await readdir(folder);
      inside -= 1;
      if (lock.ok) lock.value.release();
    }),
  );
  expect(most).toBe(1);
  expect(waitedFor.length).toBeGreaterThan(2);
  expect(waitedFor[0]).toEqual({ ...thisProcess(), name: 'a/b: c' });
  expect(await readdir(folder)).toEqual([]);
});

test('different names do not wait for each other; a second release does nothing', async () => {
  const locks = new LockFolder(await temporaryFolder());
  const [a] = [await take(locks, 'a'), await take(locks, 'A')];
  a.release();
  const again = await take(locks, 'a');
  a.release();
  const waiting = await locks.acquire('a', { signal: AbortSignal.timeout(1) });
  expect(waiting).toMatchObject({ ok: false, error: { code: 'ABORT_ERR' } });
  again.release();
});

test('an aborted wait ends with a problem and leaves nothing', async () => {
  const folder = await temporaryFolder();
  const locks = new LockFolder(folder);
  const lock = await take(locks);
  const abort = new AbortController();
  const waiting = locks.acquire('name', { signal: abort.signal, onWait: () => abort.abort() });
  expect(await waiting).toMatchObject({ ok: false, error: { code: 'ABORT_ERR' } });
  lock.release();
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that cannot be made answers a problem', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');
  const lock = await new LockFolder(join(folder, 'file')).acquire('name');
  expect(lock).toMatchObject({ ok: false, error: { code: 'ENOTDIR' } });
});

test('processes exclude each other', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'counter'), '0');
  const script = await buildChild(folder);
  const children = await Promise.all([1, 2, 3].map(() => Child.ready(script, 'lock', folder, 'name', '60')));
  expect(await Promise.all(children.map((child) => child.run()))).toEqual([0, 0, 0]);
  expect(await readFile(join(folder, 'counter'), 'utf8')).toBe('180');
});

test('of many that wait for a killed holder, one at a time takes over', async () => {
  const folder = await temporaryFolder();
  const count = 60;
  for (let i = 0; i < count; i += 1) await writeFile(join(folder, `counter${i}`), '0');
  const script = await buildChild(folder);
  const dead = await Child.ready(script, 'hold', folder, 'name', String(count));
  const heirs = await Promise.all(
    [1, 2, 3].map(() => Child.ready(script, 'inherit', folder, 'name', String(count))),
  );
  dead.start();
  await dead.sent('held');
  const ends = heirs.map((heir) => heir.run());
  await dead.kill();
  expect(await Promise.all(ends)).toEqual([0, 0, 0]);
  for (let i = 0; i < count; i += 1) expect(await readFile(join(folder, `counter${i}`), 'utf8')).toBe('3');
});

test('one who comes late to a take-over cannot move the living lock', async () => {
  const folder = await temporaryFolder();
  const place = await leave(folder, 'name', DEAD);
  expect(moveAway(place, 'theirs')).toBe(true);
  const lock = await take(new LockFolder(folder));
  const living = standingAt(place);
  expect(moveAway(place, 'theirs')).toBe(false);
  expect(standingAt(place)).toEqual(living);
  lock.release();
  expect(standingAt(place)).toBeUndefined();
});

test('one who saw a holder that then released its lock and died cannot move the next lock', async () => {
  const folder = await temporaryFolder();
  const place = await leave(folder, 'name', DEAD);
  const abort = new AbortController();
  const waiting = new LockFolder(folder).acquire('name', {
    signal: abort.signal,
    onWait(holder) {
      if (holder.pid !== DEAD.pid) return abort.abort();
      moveAway(place, 'theirs');
      discard(place, 'theirs');
      prepare(place, 'living', { ...thisProcess(), name: 'name' });
      moveOntoPlace(place, 'living');
    },
  });
  expect(await waiting).toMatchObject({ ok: false, error: { code: 'ABORT_ERR' } });
  expect(standingAt(place)?.token).toBe('living');
});

test.runIf(process.platform === 'linux')('a reused process id does not keep a lock', async () => {
  const folder = await temporaryFolder();
  await leave(folder, 'name', { ...thisProcess(), started: '1' });
  (await take(new LockFolder(folder))).release();
});

test('a holder on another host keeps its lock while it gives signs of life, and loses it when silent', async () => {
  const folder = await temporaryFolder();
  const elsewhere = { ...thisProcess(), host: 'elsewhere', realm: 'elsewhere' };
  expect(lifeOf(elsewhere)).toBe('unknown');
  const place = await leave(folder, 'name', elsewhere);
  const locks = new LockFolder(folder, 400);
  const taken = locks.acquire('name');
  for (let beat = 1; beat <= 20; beat += 1) {
    await utimes(join(place, 'theirs'), beat, beat);
    await locks.acquire('name', { signal: AbortSignal.timeout(40) });
    expect(standingAt(place)?.token).toBe('theirs');
  }
  expect((await taken).ok).toBe(true);
});

test('a lock whose record a power cut left empty frees itself', async () => {
  const folder = await temporaryFolder();
  const place = await leave(folder, 'name', thisProcess());
  await writeFile(join(place, 'theirs'), '');
  (await take(new LockFolder(folder, 10))).release();
});

test('litter of killed processes is removed once it is old', async () => {
  const folder = await temporaryFolder();
  const place = join(folder, 'place');
  for (const name of ['place.a.new', 'place.b.dead', 'place']) await mkdir(join(folder, name));
  removeLitter(place);
  expect(await readdir(folder)).toHaveLength(3);
  removeLitter(place, Date.now() + 25 * 3600 * 1000);
  expect(await readdir(folder)).toEqual(['place']);
});
