import { fileURLToPath } from "node:url";
import type { Renderer } from "../../src/model/render.ts";
import { findKustomize } from "../../src/render/find-kustomize.ts";
import { createKustomizeRenderer } from "../../src/render/kustomize-renderer.ts";
import type { Limits } from "../../src/render/limited-process.ts";
import { findNetworkWall } from "../../src/render/network-wall.ts";

const kubectl = fileURLToPath(new URL("../../.cache/real-parts/kubectl", import.meta.url));

/** The renderer on the kubectl that `scripts/install-real-parts` puts there. */
export async function realKustomize(
  limits: Partial<Limits> = {},
  wall: readonly string[] | null = null,
): Promise<Renderer> {
  const found = await findKustomize(kubectl, "");
  if (found.kind === "none") throw new Error("run scripts/install-real-parts first");
  return createKustomizeRenderer({
    kustomize: found.kustomize,
    remote: false,
    helm: false,
    searchPath: process.env.PATH ?? "",
    networkWall: wall ?? (await findNetworkWall()),
    // Two cores are shared by many: a slow machine is no slow build.
    limits: { time: 60_000, ...limits },
  });
}
