import { stringify } from "yaml";
import type { ImageChange } from "../../src/model/change.ts";

/** A change that leaves what is deployed as it is, and the same without the trap. Each trap's entry is at `1.0` and goes to `2.0`. */
export interface Trap {
  readonly files: Readonly<Record<string, string>>;
  readonly change: ImageChange;
  /** Files that take the trap away. */
  readonly mended: Readonly<Record<string, string>>;
  readonly mendedChange?: ImageChange;
}

const APP = "quay.io/acme/app";
const MIRROR = "mirror.example.com/acme/app";
const FILE = "overlay/kustomization.yaml";
const OLD = `sha256:${"a".repeat(64)}`;

const change: ImageChange = { kind: "image", file: FILE, entry: APP, newTag: "2.0" };

function deployment(container: object, more: object = {}): string {
  const spec = { template: { spec: { containers: [{ name: "app", ...container }], ...more } } };
  return stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "app" }, spec });
}

function overlay(over: object = {}): string {
  const images = [{ name: APP, newTag: "1.0" }];
  return stringify({ resources: ["../base"], images, ...over });
}

/** Files of a trap; by default an overlay that works. */
function files(over: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    "base/kustomization.yaml": stringify({ resources: ["app.yaml"] }),
    "base/app.yaml": deployment({ image: `${APP}:0` }),
    [FILE]: overlay(),
    ...over,
  };
}

const renamed = stringify({ resources: ["app.yaml"], images: [{ name: APP, newName: MIRROR }] });
const byMirror: Pick<Trap, "mended" | "mendedChange"> = {
  mended: { [FILE]: overlay({ images: [{ name: MIRROR, newTag: "1.0" }] }) },
  mendedChange: { ...change, entry: MIRROR },
};
const component = (images: object[]): Record<string, string> => ({
  "component/kustomization.yaml": stringify({
    apiVersion: "kustomize.config.k8s.io/v1alpha1",
    kind: "Component",
    images,
  }),
});
const rollout = stringify({
  apiVersion: "example.com/v1",
  kind: "Rollout",
  metadata: { name: "app" },
  spec: { image: `${APP}:0` },
});
const transformer = (name: string) =>
  stringify({
    apiVersion: "builtin",
    kind: "ImageTagTransformer",
    metadata: { name: "last" },
    imageTag: { name, newTag: "last" },
  });

export const traps: Readonly<Record<string, Trap>> = {
  "a patch that renames the image": {
    files: files({
      [FILE]: overlay({ patches: [{ path: "patch.yaml" }] }),
      "overlay/patch.yaml": deployment({ image: `${MIRROR}:0` }),
    }),
    change,
    mended: { "overlay/patch.yaml": deployment({ image: `${APP}:9` }) },
  },
  "an entry that matches nothing": {
    files: files({ "base/app.yaml": deployment({ image: "quay.io/acme/application:0" }) }),
    change,
    mended: files(),
  },
  "an entry with Docker Hub's full name": {
    files: files({
      "base/app.yaml": deployment({ image: "nginx:0" }),
      [FILE]: overlay({ images: [{ name: "docker.io/library/nginx", newTag: "1.0" }] }),
    }),
    change: { ...change, entry: "docker.io/library/nginx" },
    mended: { "base/app.yaml": deployment({ image: "docker.io/library/nginx:0" }) },
  },
  "a base that has renamed the image": {
    files: files({ "base/kustomization.yaml": renamed }),
    change,
    ...byMirror,
  },
  "a component that renames before the overlay's entries": {
    files: files({
      ...component([{ name: APP, newName: MIRROR }]),
      [FILE]: overlay({ components: ["../component"] }),
    }),
    change,
    mended: component([{ name: "redis", newName: MIRROR }]),
  },
  "an image in a field of a custom resource": {
    files: files({ "base/app.yaml": rollout }),
    change,
    mended: {
      [FILE]: overlay({ configurations: ["fields.yaml"] }),
      "overlay/fields.yaml": stringify({ images: [{ path: "spec/image", kind: "Rollout" }] }),
    },
  },
  "a digest beside the tag": {
    files: files({ [FILE]: overlay({ images: [{ name: APP, newTag: "1.0", digest: OLD }] }) }),
    change,
    mended: { [FILE]: overlay({ images: [{ name: APP, newTag: "1.0" }] }) },
  },
  "a later entry that has the last word": {
    files: files({
      [FILE]: overlay({
        images: [
          { name: APP, newName: MIRROR, newTag: "1.0" },
          { name: MIRROR, newTag: "last" },
        ],
      }),
    }),
    change,
    mended: { [FILE]: overlay({ images: [{ name: APP, newName: MIRROR, newTag: "1.0" }] }) },
  },
  "a replacement that has the last word": {
    files: files({
      [FILE]: overlay({
        resources: ["../base", "chosen.yaml"],
        replacements: [{ path: "replacement.yaml" }],
      }),
      "overlay/chosen.yaml": stringify({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "chosen" },
        data: { image: `${APP}:chosen` },
      }),
      "overlay/replacement.yaml": stringify({
        source: { kind: "ConfigMap", name: "chosen", fieldPath: "data.image" },
        targets: [
          {
            select: { kind: "Deployment" },
            fieldPaths: ["spec.template.spec.containers.0.image"],
          },
        ],
      }),
    }),
    change,
    mended: { [FILE]: overlay({ resources: ["../base", "chosen.yaml"] }) },
  },
  "a transformer that has the last word": {
    files: files({
      [FILE]: overlay({ transformers: ["last.yaml"] }),
      "overlay/last.yaml": transformer(APP),
    }),
    change,
    mended: { "overlay/last.yaml": transformer("redis") },
  },
  "an image in an argument": {
    files: files({
      "base/app.yaml": deployment({ image: "busybox:1", args: ["--image", `${APP}:0`] }),
    }),
    change,
    mended: { "base/app.yaml": deployment({ image: `${APP}:0`, args: ["--image", `${APP}:0`] }) },
  },
  "an ephemeral container": {
    files: files({
      "base/app.yaml": deployment(
        { image: "busybox:1" },
        { ephemeralContainers: [{ name: "debug", image: `${APP}:0` }] },
      ),
    }),
    change,
    mended: {
      "base/app.yaml": deployment(
        { image: "busybox:1" },
        { initContainers: [{ name: "debug", image: `${APP}:0` }] },
      ),
    },
  },
  "a tag that is a variable": {
    files: files({ "base/app.yaml": deployment({ image: `${APP}:$(TAG)` }) }),
    change,
    mended: files(),
  },
  "a patch that deletes the workload": {
    files: files({
      [FILE]: overlay({ patches: [{ path: "delete.yaml" }] }),
      "overlay/delete.yaml": stringify({
        $patch: "delete",
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "app" },
      }),
    }),
    change,
    mended: { [FILE]: overlay() },
  },
};
