import type { Fixture } from "../../sandbox/fixtures/fixture.ts";
import { makeImage, pushImage } from "../../sandbox/registry/image.ts";
import type { Version } from "./envelope.ts";

/** A registry of the bench: where it stands, and how it is filled without sockets. */
export interface Shelf {
  readonly host: string;
  fetch(request: Request): Promise<Response>;
}

/** The image of one component, and the tag that stands in its overlay. */
export interface FleetImage {
  readonly component: string;
  /** `127.0.0.1:5000/fleet/service-1` */
  readonly image: string;
  readonly present: string;
}

const FOLDER = "fleet";

/** Images of components `<prefix>-1` … of one registry. */
export function fleetImages(host: string, prefix: string, count: number): readonly FleetImage[] {
  return Array.from({ length: count }, (_, index) => {
    const component = `${prefix}-${index + 1}`;
    return { component, image: `${host}/${FOLDER}/${component}`, present: tagOf(0) };
  });
}

/** A CD repo with one overlay for each component, which follows its image by build time. */
export function fleetRepo(images: readonly FleetImage[]): Fixture {
  const files: Record<string, string> = { ".github/tagboat.yml": configOf(images) };
  for (const { component, image, present } of images) {
    files[`components/${component}/dev/kustomization.yaml`] =
      `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: ${component}
resources:
  - ../base
images:
  - name: ${image}
    newTag: ${present}
`;
  }
  return { branches: { main: files } };
}

function configOf(images: readonly FleetImage[]): string {
  const hosts = new Set(images.map(({ image }) => image.slice(0, image.indexOf("/"))));
  const rules = [...hosts].map(
    (host) => `  - name: ${host}/${FOLDER}/*\n    tags:\n      match: "^1[.]0[.][0-9]+$"\n`,
  );
  return `version: 1
images:
${rules.join("")}environments:
  - name: dev
    path: components/{component}/dev
    on: push
`;
}

/** Tags `1.0.1`, `1.0.2`, …; `1.0.0` is what stands in the overlays. */
export function tagOf(build: number): string {
  return `1.0.${build}`;
}

/**
 * Puts builds `first` to `last` of an image on the shelf, a minute between two of them, all in the past.
 *
 * @returns the versions, oldest first.
 */
export async function stock(
  shelf: Shelf,
  { component }: FleetImage,
  first: number,
  last: number,
): Promise<readonly Version[]> {
  const name = `${FOLDER}/${component}`;
  const versions: Version[] = [];
  for (let build = first; build <= last; build += 1) {
    const created = new Date(EPOCH + build * 60_000).toISOString();
    const tag = tagOf(build);
    const image = makeImage({ created, content: `${component} ${tag}\n` });
    const target = { baseUrl: `http://${shelf.host}`, fetch: shelf.fetch };
    const digest = await pushImage(target, name, tag, image);
    const size = image.manifests.at(-1)?.bytes.length ?? 0;
    versions.push({ host: shelf.host, name, tag, digest, size });
  }
  return versions;
}

const EPOCH = Date.parse("2026-01-01T00:00:00Z");
