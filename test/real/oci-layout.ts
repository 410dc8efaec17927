import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MadeImage } from "../../sandbox/registry/image.ts";

/** Writes an image as an OCI image layout (image-spec, image-layout.md), which skopeo reads as `oci:FOLDER:TAG`. */
export async function writeOciLayout(folder: string, tag: string, image: MadeImage): Promise<void> {
  const blobs = join(folder, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  for (const { digest, bytes } of [...image.blobs, ...image.manifests])
    await writeFile(join(blobs, digest.replace("sha256:", "")), bytes);
  const top = image.manifests.at(-1);
  if (top === undefined) throw new Error("An image without a manifest");
  const described = {
    mediaType: top.mediaType,
    digest: top.digest,
    size: top.bytes.length,
    annotations: { "org.opencontainers.image.ref.name": tag },
  };
  await writeFile(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(folder, "index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [described] }),
  );
}
