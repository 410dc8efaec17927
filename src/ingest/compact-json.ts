const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** JSON without the spaces between its tokens, byte for byte otherwise. What is no JSON loses spaces as well and no more. */
export function compactJson(json: Buffer): Buffer {
  const kept = Buffer.alloc(json.length);
  let length = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (!inString && SPACES.has(byte)) continue;
    kept[length] = byte;
    length += 1;
    if (inString && byte === BACKSLASH && at + 1 < json.length) {
      at += 1;
      kept[length] = json[at] ?? 0;
      length += 1;
    } else if (byte === QUOTE) {
      inString = !inString;
    }
  }
  return kept.subarray(0, length);
}
