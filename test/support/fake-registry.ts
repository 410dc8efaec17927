import { createHash } from "node:crypto";
import type {
  NamedAnswer,
  Registry,
  RegistryAnswer,
  TagsAnswer,
} from "../../src/model/registry.ts";

export interface FakeImage {
  readonly created?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly digest?: string;
  readonly platforms?: readonly string[];
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
        platforms: found.platforms ?? ["linux/amd64"],
      },
    };
  }

  async names(image: string, tag: string): Promise<NamedAnswer> {
    this.asked.push(`${image} ${tag} named`);
    if (this.outage !== null) return this.outage.kind === "found" ? NOTHING : this.outage;
    const found = this.#images.get(`${image}:${tag}`);
    return found === undefined ? NOTHING : { kind: "named", digest: found.digest };
  }

  async tags(image: string): Promise<TagsAnswer> {
    this.asked.push(`${image} tags`);
    if (this.outage !== null) return this.outage.kind === "found" ? NOTHING : this.outage;
    const prefix = `${image}:`;
    const tags = [...this.#images.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
    return tags.length === 0 ? NOTHING : { kind: "listed", tags: tags.sort(), whole: true };
  }
}

const NOTHING: Extract<RegistryAnswer, { kind: "missing" }> = {
  kind: "missing",
  detail: "no such image",
};
