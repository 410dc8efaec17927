import { createPrivateKey } from "node:crypto";
import { type Reader, value } from "./reader.ts";

/** APP_ID. */
export function readAppId(reader: Reader): number {
  const text = value(reader, "APP_ID") ?? "";
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    reader.problems.push(
      "APP_ID: set it to the App's number, shown at the top of the App's settings page",
    );
  }
  return Number(text);
}

/** PRIVATE_KEY, or the file of PRIVATE_KEY_PATH: PEM of an RSA key. */
export function readPrivateKey(reader: Reader): string {
  const path = value(reader, "PRIVATE_KEY_PATH");
  const given = value(reader, "PRIVATE_KEY") ?? (path === null ? null : reader.files.read(path));
  const name = value(reader, "PRIVATE_KEY") === null ? "PRIVATE_KEY_PATH" : "PRIVATE_KEY";
  if (given === null) {
    const missing =
      "PRIVATE_KEY: set it to the App's private key (PEM), or PRIVATE_KEY_PATH to its file";
    reader.problems.push(path === null ? missing : "PRIVATE_KEY_PATH: the file cannot be read");
    return "";
  }
  const pem = pemOf(given);
  if (!isRsaKey(pem)) {
    reader.problems.push(
      `${name}: is no RSA private key in PEM form; generate one on the App's settings page`,
    );
  }
  return pem;
}

// Env files and secret stores cannot always hold line ends: `\n` as two characters, or the whole in base64.
function pemOf(text: string): string {
  if (text.includes("-----BEGIN")) return text.replaceAll("\\n", "\n");
  return Buffer.from(text, "base64").toString("utf8");
}

function isRsaKey(pem: string): boolean {
  try {
    const key = createPrivateKey(pem);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === "rsa" && bits >= 2048;
  } catch {
    return false;
  }
}

/** WEBHOOK_SECRET: what GitHub signs the App's webhooks with. */
export function readWebhookSecret(reader: Reader): string {
  const secret = value(reader, "WEBHOOK_SECRET") ?? "";
  // Probot checks signatures against the word `development` when nothing is set: anyone could sign.
  if (secret.length < 16 || secret === "development") {
    reader.problems.push(
      "WEBHOOK_SECRET: set it to at least 16 random characters, the same as in the App's settings",
    );
  }
  return secret;
}
