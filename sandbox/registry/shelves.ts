import { createHash } from "node:crypto";

export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** One image of the registry: its manifests by digest, and what its tags point to. */
export interface Image {
  readonly manifests: Map<string, Manifest>;
  readonly tags: Map<string, string>;
  /** Digests of the blobs that were pushed or mounted here: what another image holds cannot be read through this one. */
  readonly blobs: Set<string>;
}

/** Everything that a registry holds, in memory. */
export class Shelves {
  readonly images = new Map<string, Image>();
  readonly #blobs = new Map<string, Buffer>();

  /** The image of that name; made when `make` says so. */
  image(name: string, make: true): Image;
  image(name: string, make?: boolean): Image | null;
  image(name: string, make = false): Image | null {
    const known = this.images.get(name);
    if (known !== undefined || !make) return known ?? null;
    const image: Image = { manifests: new Map(), tags: new Map(), blobs: new Set() };
    this.images.set(name, image);
    return image;
  }

  blob(name: string, digest: string): Buffer | null {
    const here = this.images.get(name)?.blobs.has(digest) === true;
    return here ? (this.#blobs.get(digest) ?? null) : null;
  }

  putBlob(name: string, bytes: Buffer): string {
    const digest = digestOf(bytes);
    this.#blobs.set(digest, bytes);
    this.image(name, true).blobs.add(digest);
    return digest;
  }

  /** Lets one image share what another holds. False: the other does not hold it. */
  mount(name: string, from: string, digest: string): boolean {
    if (this.blob(from, digest) === null) return false;
    this.image(name, true).blobs.add(digest);
    return true;
  }

  /** `reference`: a tag or a digest. */
  manifest(name: string, reference: string): Manifest | null {
    const image = this.images.get(name);
    if (image === undefined) return null;
    const digest = reference.includes(":") ? reference : image.tags.get(reference);
    return digest === undefined ? null : (image.manifests.get(digest) ?? null);
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
