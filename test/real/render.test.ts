import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { editKustomization } from "../../src/edit/edit-kustomization.ts";
import type { FileEdit, ImageChange } from "../../src/model/change.ts";
import { changedObjects, objectsIn } from "../../src/render/images-shown.ts";
import { findNetworkWall } from "../../src/render/network-wall.ts";
import type { ChangeView } from "../../src/render/view-change.ts";
import { ChangeViewer } from "../../src/render/view-change.ts";
import { cdRepo, fileTree } from "../support/file-tree.ts";
import { realKustomize } from "../support/real-kustomize.ts";
import { type Trap, traps } from "./traps.ts";

/** The entry's new tag written without asking the editor, which sees some of the traps itself. */
function springTrap(files: Trap["files"], change: ImageChange): Promise<ChangeView> {
  const text = (files[change.file] ?? "").replace('"1.0"', '"2.0"');
  return viewEdits(files, [{ path: change.file, text }], [change]);
}

const renderer = await realKustomize();
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

async function view(
  files: Readonly<Record<string, string>>,
  changes: readonly ImageChange[],
): Promise<ChangeView> {
  const edits = changes.map((change) => {
    const edited = editKustomization(files[change.file] ?? "", [change]);
    if (edited.kind === "refused") throw new Error(edited.refusal.message);
    return { path: change.file, text: edited.text };
  });
  return viewEdits(files, edits, changes);
}

function viewEdits(
  files: Readonly<Record<string, string>>,
  edits: readonly FileEdit[],
  changes: readonly ImageChange[],
): Promise<ChangeView> {
  const tree = fileTree(files);
  return new ChangeViewer({ renderer, blobs: tree.blobs }).view({
    repo: cdRepo,
    paths: tree.paths,
    files: tree.fileStates(edits.map(({ path }) => path)),
    edits,
    changes,
  });
}

const IMAGES = ["quay.io/acme/app", "quay.io/acme/web", "localhost:5000/acme/job", "redis"];

interface Workload {
  readonly kind: "Deployment" | "StatefulSet" | "CronJob";
  readonly images: readonly string[];
  readonly init: boolean;
}

interface Overlay {
  readonly workloads: readonly Workload[];
  readonly baseTag: boolean;
  readonly component: "none" | "sidecar" | "label" | "other image";
  readonly patch: "none" | "replicas" | "tag";
  readonly prefix: boolean;
  readonly labels: boolean;
  readonly rename: boolean;
  readonly pin: "tag" | "digest" | "both";
  readonly neighbour: boolean;
  readonly comments: boolean;
}

const overlays: fc.Arbitrary<Overlay> = fc.record({
  workloads: fc.array(
    fc.record({
      kind: fc.constantFrom("Deployment", "StatefulSet", "CronJob"),
      images: fc.array(fc.constantFrom(...IMAGES.slice(1)), { maxLength: 2 }),
      init: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  baseTag: fc.boolean(),
  component: fc.constantFrom("none", "sidecar", "label", "other image"),
  patch: fc.constantFrom("none", "replicas", "tag"),
  prefix: fc.boolean(),
  labels: fc.boolean(),
  rename: fc.boolean(),
  pin: fc.constantFrom("tag", "digest", "both"),
  neighbour: fc.boolean(),
  comments: fc.boolean(),
});

const [APP = ""] = IMAGES;

/** The files of one overlay below `at`, with APP in its first workload. */
function filesOf(overlay: Overlay, at: string): Record<string, string> {
  const { workloads, baseTag, component, patch } = overlay;
  const documents = workloads.map((workload, index) =>
    manifest(workload, `${at}-w${index}`, index === 0),
  );
  const first = { kind: workloads[0]?.kind ?? ("Deployment" as const), name: `${at}-w0` };
  return {
    [`${at}/base/kustomization.yaml`]: stringify({
      resources: ["workloads.yaml"],
      ...(baseTag ? { images: [{ name: APP, newTag: "base" }] } : {}),
    }),
    [`${at}/base/workloads.yaml`]: documents.map((document) => stringify(document)).join("---\n"),
    [`${at}/overlay/kustomization.yaml`]: overlayText(overlay),
    [`${at}/overlay/patch.yaml`]: stringify(patchOf(first, patch)),
    [`${at}/component/kustomization.yaml`]: stringify({
      apiVersion: "kustomize.config.k8s.io/v1alpha1",
      kind: "Component",
      ...(component === "sidecar" ? { patches: [{ path: "sidecar.yaml" }] } : {}),
      ...(component === "label" ? { labels: [{ pairs: { part: "of" } }] } : {}),
      ...(component === "other image" ? { images: [{ name: "redis", newTag: "7.2" }] } : {}),
    }),
    [`${at}/component/sidecar.yaml`]: stringify(
      within(first, { containers: [{ name: "sidecar", image: "quay.io/acme/sidecar:9" }] }),
    ),
  };
}

function overlayText(overlay: Overlay): string {
  const { component, patch, prefix, labels, rename, pin, neighbour, comments } = overlay;
  const entry = {
    name: APP,
    ...(rename ? { newName: "mirror.example.com/acme/app" } : {}),
    ...(pin === "digest" ? {} : { newTag: "1.0" }),
    ...(pin === "tag" ? {} : { digest: digest("a") }),
  };
  const other = { name: "quay.io/acme/web", newTag: "web-2" };
  const text = stringify({
    resources: ["../base"],
    ...(component === "none" ? {} : { components: ["../component"] }),
    ...(patch === "none" ? {} : { patches: [{ path: "patch.yaml" }] }),
    ...(prefix ? { namePrefix: "dev-" } : {}),
    ...(labels ? { labels: [{ pairs: { env: "dev" } }] } : {}),
    images: neighbour ? [other, entry] : [entry],
  });
  return `${comments ? "# what runs here\n" : ""}${text}`;
}

function manifest({ kind, images, init }: Workload, name: string, tracked: boolean): object {
  const all = [
    ...(tracked ? [APP] : []),
    ...images,
    ...(tracked || images.length > 0 ? [] : ["redis"]),
  ];
  const containers = all.map((image, at) => ({ name: `c${at}`, image: `${image}:0.${at}` }));
  const initContainers = init ? { initContainers: [{ name: "init", image: "busybox:1.36" }] } : {};
  return within({ kind, name }, { containers, ...initContainers });
}

interface Named {
  readonly kind: Workload["kind"];
  readonly name: string;
}

function within({ kind, name }: Named, spec: object): object {
  const template = { template: { spec } };
  const metadata = { name };
  if (kind !== "CronJob") return { apiVersion: "apps/v1", kind, metadata, spec: template };
  const schedule = { schedule: "0 1 * * *", jobTemplate: { spec: template } };
  return { apiVersion: "batch/v1", kind, metadata, spec: schedule };
}

function patchOf(workload: Named, patch: Overlay["patch"]): object {
  if (patch === "tag")
    return within(workload, { containers: [{ name: "c0", image: `${APP}:patched` }] });
  const spec = workload.kind === "CronJob" ? { suspend: true } : { replicas: 3 };
  return { ...within(workload, {}), spec };
}

function declared({ rename, pin }: Overlay, tag: string, by: string): string {
  const name = rename ? "mirror.example.com/acme/app" : APP;
  return `${name}${pin === "digest" ? "" : `:${tag}`}${pin === "tag" ? "" : `@${by}`}`;
}

async function build(files: Readonly<Record<string, string>>): Promise<string> {
  const tree = Object.entries(files).map(
    ([path, text]) => [path, { kind: "file", bytes: Buffer.from(text) }] as const,
  );
  const built = (await renderer.render({ files: new Map(tree), overlays: [""] })).get("");
  if (built?.kind !== "rendered") throw new Error(JSON.stringify(built));
  return built.text;
}

function trimmed(text: string): string {
  return text.trim();
}

function naively(text: string, overlay: Overlay): string {
  const file = parse(text) as { images: { name: string; newTag?: string; digest?: string }[] };
  for (const entry of file.images) {
    if (entry.name !== APP) continue;
    if (overlay.pin !== "digest") entry.newTag = "2.0";
    if (overlay.pin !== "tag") entry.digest = digest("b");
  }
  return stringify(file);
}

describe("generated overlays, built by the real kustomize", () => {
  const RUNS = 204;
  const AT_ONCE = 12;
  const all = fc.sample(overlays, { seed: 20261122, numRuns: RUNS });
  const batches = Array.from({ length: RUNS / AT_ONCE }, (_, batch) => batch);

  test.each(batches)(
    "only the intended images differ, as after the naive change (batch %i)",
    async (batch) => {
      const some = all.slice(batch * AT_ONCE, (batch + 1) * AT_ONCE);
      const files = Object.assign({}, ...some.map((overlay, at) => filesOf(overlay, `o${at}`)));
      const fileOf = (at: number) => `o${at}/overlay/kustomization.yaml`;
      const changes = some.map(
        (overlay, at): ImageChange => ({
          kind: "image",
          file: fileOf(at),
          entry: APP,
          ...(overlay.pin === "digest" ? {} : { newTag: "2.0" }),
          ...(overlay.pin === "tag" ? {} : { digest: digest("b") }),
        }),
      );
      const shown = await view(files, changes);
      expect(shown.refusal).toBeNull();
      // One build over all of them says the same as a build of each.
      const roof = stringify({ resources: some.map((_, at) => `o${at}/overlay`) });
      const naive = await build({
        ...files,
        ...Object.fromEntries(
          some.map((overlay, at) => [fileOf(at), naively(files[fileOf(at)], overlay)]),
        ),
        "kustomization.yaml": roof,
      });
      const built = shown.overlays.flatMap(({ after }) =>
        after.kind === "rendered" ? objectsIn(after.text) : [],
      );
      expect(built.map(trimmed).sort()).toEqual(objectsIn(naive).map(trimmed).sort());
      for (const [at, overlay] of some.entries()) {
        const one = shown.overlays[at];
        if (one?.before.kind !== "rendered" || one.after.kind !== "rendered")
          throw new Error(JSON.stringify([overlay, one]));
        const moved = changedObjects(one.before.text, one.after.text);
        const differences = moved.after.flatMap(({ texts }, object) =>
          [...texts].flatMap(([place, to]) => {
            const from = moved.before[object]?.texts.get(place);
            return from === to ? [] : [{ from, to }];
          }),
        );
        const [from, to] = [
          declared(overlay, "1.0", digest("a")),
          declared(overlay, "2.0", digest("b")),
        ];
        expect(differences).toEqual(differences.map(() => ({ from, to })));
        expect(differences.length).toBeGreaterThan(0);
      }
    },
    120_000,
  );
});

describe("changes that change nothing", () => {
  const cases = Object.entries(traps);

  test.each(cases)(
    "%s is found",
    async (_name, trap: Trap) => {
      const shown = await springTrap(trap.files, trap.change);
      expect(shown.overlays.map(({ after }) => after.kind)).toEqual(["rendered"]);
      expect(shown.refusal).toMatchObject({ reason: "no-effect", file: trap.change.file });
    },
    60_000,
  );

  test.each(cases)(
    "without it, nothing is said: %s",
    async (_name, trap: Trap) => {
      const shown = await springTrap(
        { ...trap.files, ...trap.mended },
        trap.mendedChange ?? trap.change,
      );
      expect(shown.overlays.map(({ after }) => after.kind)).toEqual(["rendered"]);
      expect(shown.refusal).toBeNull();
    },
    60_000,
  );
});

describe("limits", () => {
  const text = (content: string) => ({ kind: "file", bytes: Buffer.from(content) }) as const;
  const one = (files: Record<string, string>) =>
    new Map(Object.entries(files).map(([path, content]) => [path, text(content)]));
  const small = one({
    "kustomization.yaml": "resources: [a.yaml]\n",
    "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
  });

  test("an error is told with its file and line, without paths of this machine", async () => {
    const files = one({
      "prod/kustomization.yaml": "resources: [../base]\n",
      "base/kustomization.yaml": "resources: [a.yaml]\n",
      "base/a.yaml": "kind: ConfigMap\napiVersion: [\n",
    });
    const built = (await renderer.render({ files, overlays: ["prod"] })).get("prod");
    expect(built).toMatchObject({ kind: "broken", error: { file: "base/a.yaml" } });
    expect(JSON.stringify(built)).not.toContain("tagboat-render-");
  });

  test("an unknown field is told with its file", async () => {
    const files = one({ "prod/kustomization.yaml": "imagez: []\n" });
    const built = (await renderer.render({ files, overlays: ["prod"] })).get("prod");
    expect(built).toMatchObject({
      kind: "broken",
      error: {
        file: "prod/kustomization.yaml",
        message: expect.stringContaining('unknown field "imagez"'),
      },
    });
  });

  test("time, output and memory end a build that takes more, and the others stand", async () => {
    const slow = await realKustomize({ time: 1 });
    const loud = await realKustomize({ output: 10 });
    const large = await realKustomize({ memory: 300_000_000 });
    const job = { files: small, overlays: [""] };
    expect((await slow.render(job)).get("")).toEqual({
      kind: "unavailable",
      why: "the build took more than 0.001 s",
    });
    expect((await loud.render(job)).get("")).toMatchObject({ kind: "unavailable" });
    expect((await large.render(job)).get("")).toMatchObject({ kind: "unavailable" });
    expect((await renderer.render(job)).get("")).toMatchObject({ kind: "rendered" });
  });

  test("nothing of our environment reaches a build", async () => {
    // The suites run with this one; Jest's own copy of the environment is not the process's.
    expect(process.env.NODE_OPTIONS).toContain("experimental-vm-modules");
    // kustomize takes a name without a value from its environment.
    const files = one({
      "kustomization.yaml": "configMapGenerator:\n- name: a\n  envs: [all.env]\n",
      "all.env": "NODE_OPTIONS\nHOME\nPATH\n",
    });
    const built = (await renderer.render({ files, overlays: [""] })).get("");
    expect(built?.kind).toBe("rendered");
    expect(JSON.stringify(built)).not.toContain("experimental-vm-modules");
  });

  test("no remote base is fetched, and the private folder is gone afterwards", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end("kind: ConfigMap\napiVersion: v1\nmetadata: {name: fetched}\n");
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/base.yaml`;
    const before = await leftovers();
    const shown = await viewEdits(
      { "kustomization.yaml": `resources: ["${url}"]\nimages: [{name: a, newTag: "1.0"}]\n` },
      [
        {
          path: "kustomization.yaml",
          text: `resources: ["${url}"]\nimages: [{name: a, newTag: "2.0"}]\n`,
        },
      ],
      [{ kind: "image", file: "kustomization.yaml", entry: "a", newTag: "2.0" }],
    );
    const wall = await findNetworkWall();
    // Behind the wall of namespaces even a build that is told to fetch cannot; where there is none, none is claimed.
    const walled = wall.length === 0 ? null : await realKustomize({}, wall);
    const built = await walled?.render({
      files: one({ "kustomization.yaml": `resources: ["${url}"]\n` }),
      overlays: [""],
    });
    server.close();
    expect(asked).toEqual([]);
    expect(shown.overlays[0]?.after).toMatchObject({ kind: "unavailable" });
    expect(built?.get("")?.kind ?? "broken").toBe("broken");
    expect(await leftovers()).toEqual(before);
  });
});

async function leftovers(): Promise<readonly string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith("tagboat-render-"));
}
