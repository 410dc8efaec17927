import { KeyObject, sign, webcrypto } from "node:crypto";

/**
 * Tokens of the App are signed off the event loop, which nobody who drives a clock by hand can see. From now on, in this
 * process, they are signed at once.
 */
export function signAtOnce(): void {
  const value = async (
    _algorithm: unknown,
    key: webcrypto.CryptoKey,
    data: ArrayBuffer,
  ): Promise<Buffer> => sign("sha256", Buffer.from(data), KeyObject.from(key));
  Object.defineProperty(webcrypto.subtle, "sign", { value, configurable: true });
}
