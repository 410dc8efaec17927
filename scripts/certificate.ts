import { type KeyObject, sign } from "node:crypto";

/**
 * A self-signed certificate of an RSA key, in PEM: X.509 v3 without extensions (RFC 5280 §4.1), in DER by hand, so that tests need
 * no file that expires.
 */
export function certificateOf(
  keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  about: { readonly commonName: string; readonly from: Date; readonly to: Date },
): string {
  const algorithm = sequence(oid([42, 840, 113549, 1, 1, 11]), der(0x05));
  const commonName = sequence(oid([85, 4, 3]), der(0x0c, Buffer.from(about.commonName)));
  const name = sequence(der(0x31, commonName));
  const facts = sequence(
    der(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(time(about.from), time(about.to)),
    name,
    keys.publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("RSA-SHA256", facts, keys.privateKey);
  const whole = sequence(facts, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = Buffer.from([length >> 8, length & 0xff]);
  return Buffer.concat([Buffer.from([tag, 0x82]), size, content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([value]));
}

/** @param parts the first two numbers as one already (40 × first + second). */
function oid(parts: readonly number[]): Buffer {
  return der(0x06, Buffer.from(parts.flatMap(base128)));
}

function base128(value: number): readonly number[] {
  const digits = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x17, Buffer.from(digits.slice(2)));
}
