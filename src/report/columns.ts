// Measures, pads and cuts text by the columns it takes in a terminal.

// Sequences with parameters (colours, cursor moves) and strings for the terminal (titles, links). `util`'s
// stripVTControlCharacters takes `ESC [2J text BEL` for one sequence and the text with it.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is sought
const ESCAPE = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is sought
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const ASCII = /^[\x20-\x7e]*$/;
const ZERO = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;
const WIDE =
  /^(?:\p{Emoji_Presentation}|.\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{20000}-\u{3FFFD}])/u;

/** Columns that `text` takes: two for East Asian wide characters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) width += graphemeWidth(segment);
  return width;
}

/** `text` followed by as many spaces as it lacks to `width` columns. */
export function padColumns(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** `text` if it fits into `width` columns, else its beginning and `…`. */
export function cutColumns(text: string, width: number): string {
  if (text.length <= width && ASCII.test(text)) return text;
  let cut = '';
  let used = 0;
  // Looks no further than it must: a line of a notebook may hold megabytes.
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += graphemeWidth(segment);
    if (used > width) return `${cut}…`;
    if (used < width) cut += segment;
  }
  return text;
}

/** `text` on one line without control characters, so that nothing a notebook printed can steer the terminal. */
export function oneLine(text: string): string {
  return printable(text).replace(/\s+/g, ' ').trim();
}

/** `text` without escape sequences and control characters; line ends and tabs stay. */
export function printable(text: string): string {
  return text.replace(ESCAPE, '').replace(CONTROL, '');
}

/** `text` with a space for each control character but tab: columns stay where they are. */
export function blankControls(text: string): string {
  return text.replace(CONTROL, ' ');
}

function graphemeWidth(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}
