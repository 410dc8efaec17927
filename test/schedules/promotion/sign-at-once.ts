import { createHash, KeyObject, sign, webcrypto } from "node:crypto";

/** Fewer than a hundred schedules need. */
const KEPT = 2000;

let prepared = false;

/**
 * Tokens of the App are signed off the event loop, which nobody who drives a clock by hand can see. From now on, in this
 * process, they are signed at once; and what was signed before is not signed again, since this kind of signature is the same
 * each time and every schedule begins at the same instant.
 */
export function signAtOnce(): void {
  if (prepared) return;
  prepared = true;
  const { subtle } = webcrypto;
  const read = subtle.importKey.bind(subtle) as (...all: unknown[]) => Promise<object>;
  const keys = new Map<string, Promise<object>>();
  const signed = new WeakMap<object, Map<string, Buffer>>();
  const importKey = (format: unknown, key: unknown, ...more: unknown[]): Promise<object> => {
    if (format !== "pkcs8" || !(key instanceof ArrayBuffer)) return read(format, key, ...more);
    const name = `${digestOf(key)} ${JSON.stringify(more)}`;
    const known = keys.get(name) ?? read(format, key, ...more);
    keys.set(name, known);
    return known;
  };
  const signing = async (
    _algorithm: unknown,
    key: webcrypto.CryptoKey,
    data: ArrayBuffer,
  ): Promise<Buffer> => {
    const text = Buffer.from(data).toString("latin1");
    const before = signed.get(key) ?? new Map<string, Buffer>();
    signed.set(key, before);
    const signature = before.get(text) ?? sign("sha256", Buffer.from(data), KeyObject.from(key));
    if (before.size > KEPT) before.clear();
    before.set(text, signature);
    return signature;
  };
  Object.defineProperty(subtle, "importKey", { value: importKey, configurable: true });
  Object.defineProperty(subtle, "sign", { value: signing, configurable: true });
}

function digestOf(key: ArrayBuffer): string {
  return createHash("sha256").update(new Uint8Array(key)).digest("base64");
}
