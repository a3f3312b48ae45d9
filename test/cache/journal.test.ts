// A journal survives every cut and every flipped bit with what precedes the damage.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '../../cache/journal.ts';
import { temporaryFolder } from './support.ts';

const RECORDS = [['a', 1], ['ü\n😀', { text: '"\\\u2028' }], [], ['longer', 'x'.repeat(40)], ['last', null]];
const HEADER_LENGTH = 27;

async function sample(): Promise<{ file: string; bytes: Buffer; ends: number[] }> {
  const file = join(await temporaryFolder(), 'journal');
  const journal = await Journal.at(file);
  journal.rewrite([]);
  const ends: number[] = [];
  for (const record of RECORDS) {
    journal.append([record]);
    ends.push((await readFile(file)).length);
  }
  return { file, bytes: await readFile(file), ends };
}

async function readAll(file: string): Promise<{ journal: Journal; records: readonly unknown[] }> {
  const journal = await Journal.at(file);
  return { journal, records: journal.read().records };
}

/** What any writer does under its lock. */
async function write(file: string, record: unknown): Promise<void> {
  const { journal, records } = await readAll(file);
  if (journal.isSound) journal.append([record]);
  else journal.rewrite([...records, record]);
}

test('reads back what was written, whatever characters it holds', async () => {
  const { file } = await sample();
  const { journal, records } = await readAll(file);
  expect(records).toEqual(RECORDS);
  expect(journal.isSound).toBe(true);
});

test('cut at any byte it keeps the whole records before the cut, and goes on from there', async () => {
  const { file, bytes, ends } = await sample();
  for (let cut = 0; cut < bytes.length; cut += 1) {
    await writeFile(file, bytes.subarray(0, cut));
    const kept = RECORDS.slice(0, ends.filter((end) => end <= cut).length);
    const { journal, records } = await readAll(file);
    expect(records, `cut at ${cut}`).toEqual(kept);
    expect(journal.isSound, `cut at ${cut}`).toBe(cut === HEADER_LENGTH || ends.includes(cut));
    await write(file, 'new');
    expect((await readAll(file)).records, `cut at ${cut}`).toEqual([...kept, 'new']);
  }
});

test('with any bit flipped it keeps the records before that bit, and goes on from there', async () => {
  const { file, bytes, ends } = await sample();
  for (let at = 0; at < bytes.length; at += 1) {
    const preceding = RECORDS.slice(0, ends.filter((end) => end <= at).length);
    for (let bit = 0; bit < 8; bit += 1) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (bytes[at] ?? 0) ^ (1 << bit);
      await writeFile(file, damaged);
      const { records } = await readAll(file);
      // A generation flipped into another one damages nothing.
      const isHarmless = at >= HEADER_LENGTH - 17 && at < HEADER_LENGTH - 1 && records.length > 0;
      expect(records, `bit ${bit} of byte ${at}`).toEqual(isHarmless ? RECORDS : preceding);
      if (bit !== at % 8) continue;
      await write(file, 'new');
      expect((await readAll(file)).records, `bit ${bit} of byte ${at}`).toEqual([...records, 'new']);
    }
  }
});

test('a reader takes in what was appended, and starts over when the file was replaced', async () => {
  const { file } = await sample();
  const { journal } = await readAll(file);
  await write(file, 'more');
  expect(journal.read()).toEqual({ replaced: false, records: ['more'] });
  expect(journal.read()).toEqual({ replaced: false, records: [] });
  (await Journal.at(file)).rewrite(['only']);
  expect(journal.read()).toEqual({ replaced: true, records: ['only'] });
});

test('a reader that meets half a record takes it once it is whole', async () => {
  const { file, bytes, ends } = await sample();
  await writeFile(file, bytes.subarray(0, bytes.length - 3));
  const { journal, records } = await readAll(file);
  expect(records).toHaveLength(ends.length - 1);
  await writeFile(file, bytes);
  expect(journal.read()).toEqual({ replaced: false, records: RECORDS.slice(-1) });
});

test('a file of another format, a folder and nothing at all read as empty', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'other'), 'journal 2 0123456789abcdef\nwhatever');
  for (const file of [join(folder, 'other'), folder, join(folder, 'none')]) {
    const { journal, records } = await readAll(file);
    expect(records).toEqual([]);
    expect(journal.isSound).toBe(false);
  }
});
