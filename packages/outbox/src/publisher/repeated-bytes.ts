const AT_MOST = 1_000;
const known = new Map<string, Buffer>();

/**
 * The bytes of a text that many messages have in common, such as the name of a header, made once. Nobody may write to
 * them.
 */
export function repeatedBytes(text: string): Buffer {
  let bytes = known.get(text);
  if (bytes === undefined) {
    if (known.size >= AT_MOST) known.clear();
    bytes = Buffer.from(text);
    known.set(text, bytes);
  }
  return bytes;
}
