import type { DropReason, ImageEvent, Provenance } from "../model/event.ts";
import {
  type ImageName,
  isAttachmentTag,
  isDigest,
  isTag,
  parseImageName,
} from "../model/image.ts";
import type { Gathering } from "./normaliser.ts";
import { short } from "./outside-text.ts";

/** What a sender says of one pushed tag, unchecked. */
export interface Claim {
  readonly image: ImageName | null;
  /** Shown when the claim is dropped. */
  readonly what: string;
  readonly tag: string | null | undefined;
  readonly digest: string | null | undefined;
  readonly at: string | null;
  readonly provenance: Provenance;
}

/**
 * Why a tag names no version to deploy, or `null` if it does. Several registries put the digest into
 * the tag field of an untagged push.
 */
export function tagFault(tag: string | null | undefined): DropReason | null {
  if (tag === null || tag === undefined || tag === "" || tag.startsWith("sha256:")) {
    return "untagged";
  }
  if (isAttachmentTag(tag)) return "attachment";
  return isTag(tag) ? null : "tag-invalid";
}

/** A whole digest, or `null`: truncated ones are common in test deliveries and say nothing. */
export function wholeDigest(text: string | null | undefined): string | null {
  return text !== null && text !== undefined && isDigest(text) ? text : null;
}

/**
 * The image at a registry host. `null` where the host is none that an image reference can carry
 * (`registry/app` would be read as an image of Docker Hub).
 */
export function imageAt(host: string, path: string): ImageName | null {
  const image = parseImageName(`${host}/${path}`);
  if (image === null) return null;
  const isHub = image.startsWith("docker.io/") && /(^|\.)docker\.(io|com)$/i.test(host);
  return isHub || image.startsWith(`${host.toLowerCase()}/`) ? image : null;
}

/** The image of a whole name. `null` where it does not begin with a host: it would be read as an image of Docker Hub. */
export function hostedImage(name: string): ImageName | null {
  const bare = name.replace(/^https?:\/\//i, "");
  const slash = bare.indexOf("/");
  return slash < 0 ? null : imageAt(bare.slice(0, slash), bare.slice(slash + 1));
}

/** Adds a claim to the events, or to the dropped with its reason. */
export function publish(claim: Claim, into: Gathering): void {
  if (claim.image === null) {
    into.dropped.push({ reason: "image-unreadable", what: short(claim.what) });
    return;
  }
  const fault = tagFault(claim.tag);
  if (fault !== null || typeof claim.tag !== "string") {
    const what = `${claim.image}:${claim.tag ?? ""}`;
    into.dropped.push({ reason: fault ?? "untagged", what: short(what) });
    return;
  }
  const event: ImageEvent = {
    kind: "image-published",
    image: claim.image,
    tag: claim.tag,
    digest: wholeDigest(claim.digest),
    at: claim.at,
    provenance: claim.provenance,
  };
  into.events.push(event);
}
