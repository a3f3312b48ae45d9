// The text form of journal records: each line carries the checksum and length of its JSON.
import type { Checksum } from './checksum.ts';

// Characters before the JSON of a line: 16 of checksum, a space, 8 of length, a space.
const PREFIX_LENGTH = 26;

/**
 * One line per value. Lines are pure ASCII (other characters become `\u` escapes), so that a byte of the file is a
 * character of the text and one decoding serves a whole file.
 */
export function encodeRecords(values: readonly unknown[], checksum: Checksum): string {
  return values.map((value) => encodeRecord(value, checksum)).join('');
}

function encodeRecord(value: unknown, checksum: Checksum): string {
  const json = JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapeCharacter);
  return `${prefixOf(json, checksum)}${json}\n`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function prefixOf(json: string, checksum: Checksum): string {
  return `${checksum(json)} ${json.length.toString(16).padStart(8, '0')} `;
}

/** The values of the whole records at the start of `text`, and how many characters they take up. */
export function decodeRecords(
  text: string,
  checksum: Checksum,
): { readonly values: readonly unknown[]; readonly length: number } {
  const values: unknown[] = [];
  let at = 0;
  for (;;) {
    const start = at + PREFIX_LENGTH;
    const end = start + Number.parseInt(text.slice(start - 9, start - 1), 16);
    const json = text.slice(start, end);
    if (text[end] !== '\n' || text.slice(at, start) !== prefixOf(json, checksum)) break;
    values.push(JSON.parse(json));
    at = end + 1;
  }
  return { values, length: at };
}
