import { createHash } from "node:crypto";

/** The id that git gives to a file of this text (SHA-1 object format). */
export function blobOid(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
