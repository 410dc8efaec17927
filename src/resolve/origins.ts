import { trackedImage } from "../decide/image-pattern.ts";
import type { OriginOf } from "../decide/source-spans.ts";
import type { Clock } from "../model/clock.ts";
import type { Config } from "../model/config.ts";
import type { Provenance } from "../model/event.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { Registry } from "../model/registry.ts";
import { provenanceOf } from "./provenance.ts";

/** How long a body waits for where a version came from, in milliseconds: it is worth a line, no delay. */
const PATIENCE = 250;

/** Where versions came from by their labels. What the registry does not tell soon is left unknown. */
export async function readOrigins(
  { clock, registry }: { readonly clock: Clock; readonly registry: Registry },
  { config, owner }: { readonly config: Config; readonly owner: string },
  versions: readonly { readonly image: ImageName; readonly version: ImageVersion }[],
): Promise<OriginOf> {
  const found = new Map<string, Provenance>();
  const done = new AbortController();
  const reads = versions.map(async ({ image, version }) => {
    const rule = trackedImage(config, image)?.rule;
    const reference = version.digest ?? version.tag;
    if (rule === undefined || rule.verify === "none" || reference === null) return;
    const answer = await registry.read(image, reference, owner, "facts");
    if (answer.kind === "found")
      found.set(keyFor(image, version), provenanceOf(rule.labels, answer.facts.labels, {}));
  });
  const slow = clock.sleep(PATIENCE, done.signal);
  await Promise.race([Promise.all(reads), slow]).finally(() => done.abort());
  return (image, version) => found.get(keyFor(image, version)) ?? null;
}

function keyFor(image: ImageName, { digest, tag }: ImageVersion): string {
  return JSON.stringify([image, tag, digest]);
}
