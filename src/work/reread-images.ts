import { type FollowedImage, followedImages } from "../decide/followed-images.ts";
import { newerVersions } from "../decide/newer-versions.ts";
import { orderKeyOf } from "../decide/order.ts";
import { tagsToRead } from "../decide/tags-to-read.ts";
import type { Registry } from "../model/registry.ts";
import { readKeysInPlace } from "../resolve/keys-in-place.ts";
import type { Chore } from "./chore.ts";
import { eachRepo, type RoundParts, tellOwn } from "./every-repo.ts";
import type { KnownRepo } from "./known-repo.ts";

export interface RereadParts extends RoundParts {
  readonly registry: Registry;
}

/** Tags of one image that are read in one round: the others come in later rounds. */
const READ_AT_ONCE = 20;
/** Images that are remembered; a forgotten one costs reads. */
const REMEMBERED = 5000;

interface Memory {
  /** What the list held the last time. */
  before: ReadonlySet<string> | null;
  readonly read: Set<string>;
}

interface FoundVersion {
  readonly tag: string;
  readonly digest: string;
  readonly orderKey: ReturnType<typeof orderKeyOf>;
}

/**
 * Lists the tags of every followed image and reads those that may be new: a registry that was restarted forgets whom it had yet to
 * tell. Only what is newer than what stands in git is told.
 */
export function rereadImages(parts: RereadParts, every: number): Chore {
  const memories = new Map<string, Memory>();
  return {
    name: "images",
    every,
    run: (signal) =>
      eachRepo(parts, "images", signal, (known) => rereadRepo(parts, known, memories, signal)),
  };
}

async function rereadRepo(
  parts: RereadParts,
  known: KnownRepo,
  memories: Map<string, Memory>,
  signal: AbortSignal,
): Promise<void> {
  const all = known.config === null ? [] : followedImages(known.index, known.config);
  for (const followed of all.filter(({ rule }) => rule.reread && rule.verify !== "none")) {
    if (signal.aborted) return;
    const memory = memoryOf(memories, `${known.fullName} ${followed.image}`);
    await rereadImage(parts, known, followed, memory, signal);
  }
}

function memoryOf(memories: Map<string, Memory>, key: string): Memory {
  const memory = memories.get(key) ?? { before: null, read: new Set<string>() };
  memories.delete(key);
  memories.set(key, memory);
  const [oldest] = memories.keys();
  if (memories.size > REMEMBERED && oldest !== undefined) memories.delete(oldest);
  return memory;
}

async function rereadImage(
  parts: RereadParts,
  known: KnownRepo,
  followed: FollowedImage,
  memory: Memory,
  signal: AbortSignal,
): Promise<void> {
  const { image, present, rule } = followed;
  const owner = known.repo.owner.toLowerCase();
  const listed = await parts.registry.tags(image, owner);
  if (listed.kind !== "listed") {
    parts.log.debug({ image, answer: listed.kind, detail: listed.detail }, "tags not listed");
    return;
  }
  const { tags } = listed;
  const tagsPresent = present.map(({ tag }) => tag);
  const wanted = tagsToRead(
    { policy: rule.tags, tags, present: tagsPresent, read: memory.read, before: memory.before },
    READ_AT_ONCE,
  );
  const found = await readVersions(parts, followed, owner, wanted, signal);
  if (found === null) return;
  const told = found.length === 0 || (await tellNewer(parts, known, followed, found));
  if (!told) return;
  const listing = new Set(tags);
  for (const tag of memory.read) if (!listing.has(tag)) memory.read.delete(tag);
  for (const tag of wanted) memory.read.add(tag);
  memory.before = listing;
}

/** What the registry says of each; those that it does not have, or that cannot be read, are left out. `null`: it is away. */
async function readVersions(
  { registry }: RereadParts,
  { image }: FollowedImage,
  owner: string,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<readonly FoundVersion[] | null> {
  const found: FoundVersion[] = [];
  for (const tag of tags) {
    const answer = signal.aborted ? null : await registry.read(image, tag, owner);
    if (answer === null || answer.kind === "unavailable") return null;
    if (answer.kind !== "found") continue;
    const { created, digest } = answer.facts;
    found.push({ tag, digest, orderKey: orderKeyOf(created, null) });
  }
  return found;
}

/** `false`: it cannot be told yet whether any of it is newer. */
async function tellNewer(
  parts: RereadParts,
  known: KnownRepo,
  { image, present, rule }: FollowedImage,
  found: readonly FoundVersion[],
): Promise<boolean> {
  const { config } = known;
  if (config === null) return true;
  const owner = known.repo.owner.toLowerCase();
  const keys = await readKeysInPlace(parts.registry, { config, owner }, present);
  if (keys.kind === "later") return false;
  const stands = present.map((one) => ({ ...one, orderKey: keys.keyOf(one.image, one) }));
  for (const { digest, tag } of newerVersions(rule.tags, found, stands)) {
    const event = {
      kind: "image-published",
      image,
      tag,
      digest,
      at: null,
      provenance: {},
    } as const;
    // Once a day at most, also over restarts: what a person closed stays closed without a line of history each hour.
    const day = parts.clock.now().toISOString().slice(0, 10);
    const senderId = `reread ${day} ${known.fullName} ${image}:${tag}@${digest}`;
    await tellOwn(parts, known, { kind: "event", event }, senderId);
    parts.log.info({ repo: known.fullName, image, tag }, "an image was found that nobody told of");
  }
  return true;
}
