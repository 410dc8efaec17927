import { createHash } from "node:crypto";
import type { Registry, RegistryAnswer } from "../../src/model/registry.ts";

export interface FakeImage {
  readonly created?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly digest?: string;
}

/** A registry that knows what it was told. Counts what it is asked. */
export class FakeRegistry implements Registry {
  readonly #images = new Map<string, FakeImage & { digest: string }>();
  readonly asked: string[] = [];
  /** Answers everything with this, while set. */
  outage: RegistryAnswer | null = null;

  /** Puts a tag; returns the digest that it names. */
  put(image: string, tag: string, facts: FakeImage = {}): string {
    const digest =
      facts.digest ??
      `sha256:${createHash("sha256")
        .update(`${image}:${tag}:${facts.created ?? ""}`)
        .digest("hex")}`;
    this.#images.set(`${image}:${tag}`, { ...facts, digest });
    this.#images.set(`${image}@${digest}`, { ...facts, digest });
    return digest;
  }

  async read(image: string, reference: string): Promise<RegistryAnswer> {
    this.asked.push(`${image} ${reference}`);
    if (this.outage !== null) return this.outage;
    const isDigest = reference.startsWith("sha256:");
    const found = this.#images.get(isDigest ? `${image}@${reference}` : `${image}:${reference}`);
    if (found === undefined) return { kind: "missing", detail: "no such manifest" };
    return {
      kind: "found",
      facts: {
        image,
        tag: isDigest ? null : reference,
        digest: found.digest,
        created: found.created ?? null,
        labels: found.labels ?? {},
        platforms: ["linux/amd64"],
      },
    };
  }
}
