import { randomUUID } from "node:crypto";
import { Refusal } from "./refusal.ts";

/** Blobs that are on their way. */
export class Uploads {
  readonly #open = new Map<string, { readonly name: string; readonly parts: Buffer[] }>();

  open(name: string): string {
    const id = randomUUID();
    this.#open.set(id, { name, parts: [] });
    return id;
  }

  /** Throws `Refusal` when there is no such upload for this image. */
  parts(name: string, id: string): Buffer[] {
    const upload = this.#open.get(id);
    if (upload === undefined || upload.name !== name)
      throw new Refusal("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
    return upload.parts;
  }

  end(id: string): void {
    this.#open.delete(id);
  }
}
