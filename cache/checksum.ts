// The fast checksum that tells a torn or flipped record from a whole one; it names nothing and secures nothing.
import xxhash from 'xxhash-wasm';

/** xxh64 of a text's UTF-8 form, as 16 hexadecimal digits. */
export type Checksum = (text: string) => string;

let loading: Promise<Checksum> | undefined;

/** The checksum function; its WebAssembly is compiled once per process. */
export function loadChecksum(): Promise<Checksum> {
  loading ??= xxhash().then(
    ({ h64ToString }) =>
      (text) =>
        h64ToString(text),
  );
  return loading;
}
