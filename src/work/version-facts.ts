import { trackedImage } from "../decide/image-pattern.ts";
import { orderKeyOf } from "../decide/order.ts";
import type { Config } from "../model/config.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { Registry } from "../model/registry.ts";
import type { VersionFacts } from "../promote/promotion-plan.ts";

/** What the registries say of versions, each asked once in a run. A registry that does not answer leaves a version unknown. */
export class KnownVersions {
  readonly #registry: Registry;
  readonly #about: { readonly config: Config; readonly owner: string };
  readonly #known = new Map<string, VersionFacts>();

  constructor(registry: Registry, about: { readonly config: Config; readonly owner: string }) {
    this.#registry = registry;
    this.#about = about;
  }

  async learn(image: ImageName, version: ImageVersion): Promise<void> {
    const key = keyOf(image, version);
    if (this.#known.has(key)) return;
    this.#known.set(key, await this.#ask(image, version));
  }

  of(image: ImageName, version: ImageVersion): VersionFacts {
    return this.#known.get(keyOf(image, version)) ?? null;
  }

  async #ask(image: ImageName, { digest, tag }: ImageVersion): Promise<VersionFacts> {
    const { config, owner } = this.#about;
    const reference = digest ?? tag;
    if (reference === null || trackedImage(config, image)?.rule.verify === "none") return null;
    const answer = await this.#registry.read(image, reference, owner);
    if (answer.kind === "missing") return { kind: "missing" };
    if (answer.kind !== "found") return null;
    const key = orderKeyOf(answer.facts.created, null);
    return { kind: "found", digest: answer.facts.digest, key };
  }
}

function keyOf(image: ImageName, { digest, tag }: ImageVersion): string {
  return JSON.stringify([image, tag, digest]);
}
