import type { Pull } from "../../sandbox/world/entities.ts";
import { ease } from "./conversation.ts";
import type { Harbour, HarbourOptions } from "./harbour.ts";
import { CONFIG, DEV, IMAGE, overlay, V1, V2, V3, V4 } from "./story.ts";

/** The usual props of a promotion: dev → pre-prod → prod, one image. */
export const PRE = "env/overlays/02-pre-prod/kustomization.yaml";
export const PROD = "env/overlays/03-prod/kustomization.yaml";

/** The config; each text stands as further lines in its environment. */
export function ladderConfig(
  more: { readonly dev?: string; readonly pre?: string; readonly prod?: string } = {},
): string {
  return `version: 1
images:
  - name: ${IMAGE}
environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
${more.dev ?? ""}  - name: pre-prod
    path: env/overlays/02-pre-prod
    after: dev
${more.pre ?? ""}  - name: prod
    path: env/overlays/03-prod
    after: pre-prod
${more.prod ?? ""}`;
}

/** dev holds V2, what comes behind it V1. */
const ladderFiles: Readonly<Record<string, string>> = {
  [CONFIG]: ladderConfig(),
  [DEV]: overlay(V2),
  [PRE]: overlay(V1),
  [PROD]: overlay(V1),
  "env/base/kustomization.yaml": "resources:\n- deployment.yaml\n",
};

type Start = (
  files?: Readonly<Record<string, string>>,
  more?: Partial<HarbourOptions>,
) => Promise<Harbour>;

/** A harbour with promotion on, whose registry has the versions and whose index is read. */
export async function beginLadder(
  start: Start,
  files: Readonly<Record<string, string>> = {},
  more: Partial<HarbourOptions> = {},
): Promise<Harbour> {
  const h = await start({}, { promotion: true, ...more, files: { ...ladderFiles, ...files } });
  h.registry.put(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
  h.registry.put(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
  h.registry.put(IMAGE, V4, { created: "2026-11-22T08:00:00Z" });
  await h.tagboat.indexes.ofOwner("acme");
  return h;
}

/** A person's pull request that changes `files`. */
export async function pullOf(
  h: Harbour,
  branch: string,
  files: Readonly<Record<string, string>> = { "README.md": "# CD\n" },
  base?: string,
): Promise<Pull> {
  await h.people.branch("ann", branch);
  await h.people.gitPush("ann", branch, files);
  const pull = await h.people.openPull("ann", branch, base);
  await ease(h);
  return pull;
}

/** What the promotion check says on a commit; `null`: there is none. */
export function checkOn(h: Harbour, oid: string) {
  const runs = h.stage.world.checks(h.repo, oid);
  const run = runs.filter(({ name }) => name === "tagboat/promotion").at(-1);
  if (run === undefined) return null;
  const { conclusion, status, summary, title } = run;
  return { conclusion, status, summary, title };
}

/** The open proposal of ours into an environment. */
export function proposalFor(h: Harbour, environment: string): Pull {
  const found = h.open().find(({ headBranch }) => headBranch.startsWith(`tagboat/${environment}/`));
  if (found === undefined) throw new Error(`no proposal for ${environment} is open`);
  return found;
}
