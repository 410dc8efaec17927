import { posix } from "node:path";
import { parse, stringify } from "yaml";
import type { BuildTree, Rendered, Renderer, RenderJob } from "../../src/model/render.ts";

interface Kustomization {
  readonly resources?: readonly string[];
  readonly images?: readonly {
    readonly name: string;
    readonly newName?: string;
    readonly newTag?: string;
    readonly digest?: string;
  }[];
}

/** As much of kustomize as the stories need: `resources` and `images` of containers. Fails where a file says `broken`. */
export class FakeRenderer implements Renderer {
  readonly remote = false;
  readonly helm = false;
  /** Overlays built, in order. */
  readonly built: string[] = [];

  async render({ files, overlays }: RenderJob): Promise<ReadonlyMap<string, Rendered>> {
    this.built.push(...overlays);
    return new Map(overlays.map((overlay) => [overlay, buildOne(files, overlay)]));
  }
}

function buildOne(files: BuildTree, overlay: string): Rendered {
  try {
    const objects = build(files, overlay);
    return { kind: "rendered", text: objects.join("---\n") };
  } catch (error) {
    const message = error instanceof Error ? error.message : "failed";
    return { kind: "broken", error: { message, file: `${overlay}/kustomization.yaml`, line: 2 } };
  }
}

function build(files: BuildTree, folder: string): string[] {
  const { resources = [], images = [] } = parse(
    textAt(files, posix.join(folder, "kustomization.yaml")),
  ) as Kustomization;
  const objects = resources.flatMap((resource) => {
    const path = posix.join(folder, resource);
    return files.has(path) ? [textAt(files, path)] : build(files, path);
  });
  return objects.map((text) => stringify(withImages(parse(text), images)));
}

function textAt(files: BuildTree, path: string): string {
  const node = files.get(path);
  if (node?.kind !== "file") throw new Error(`no such file: ${path}`);
  const text = Buffer.from(node.bytes).toString("utf8");
  if (text.includes("broken")) throw new Error(`cannot be built: ${path}`);
  return text;
}

function withImages(node: unknown, images: Kustomization["images"] = []): unknown {
  if (Array.isArray(node)) return node.map((item) => withImages(item, images));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === "image" && typeof value === "string"
        ? retagged(value, images)
        : withImages(value, images),
    ]),
  );
}

function retagged(image: string, images: Kustomization["images"] = []): string {
  const entry = images.find(({ name }) => name === image.split(":")[0]);
  if (entry === undefined) return image;
  const { name, newName = name, newTag, digest } = entry;
  return `${newName}${newTag === undefined ? "" : `:${newTag}`}${digest === undefined ? "" : `@${digest}`}`;
}
