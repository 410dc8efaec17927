import type { Comment, Pull } from "../../sandbox/world/entities.ts";
import type { Harbour, HarbourOptions } from "./harbour.ts";
import { patience } from "./patience.ts";
import { CONFIG, DEV, IMAGE, overlay, stories, V1, V2, V3, V4 } from "./story.ts";

export const PRE = "env/overlays/02-pre-prod/kustomization.yaml";
export const PROD = "env/overlays/03-prod/kustomization.yaml";

/** A config of three steps; `pre` and `prod` are further lines of theirs. */
export function ladder(more: { readonly pre?: string; readonly prod?: string } = {}): string {
  return `version: 1
images:
  - name: ${IMAGE}
environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
  - name: pre-prod
    path: env/overlays/02-pre-prod
    after: dev
${more.pre ?? ""}  - name: prod
    path: env/overlays/03-prod
    after: pre-prod
${more.prod ?? ""}`;
}

/** dev holds V2, what comes behind it V1. */
const files = {
  [CONFIG]: ladder(),
  [DEV]: overlay(V2),
  [PRE]: overlay(V1),
  [PROD]: overlay(V1),
  "env/base/kustomization.yaml": "resources:\n- deployment.yaml\n",
};

/** Starts a harbour with promotion on the ladder for each test. */
export function ladderStories(): {
  begin(
    more?: Readonly<Record<string, string>>,
    options?: Partial<HarbourOptions>,
  ): Promise<Harbour>;
} {
  const { start } = stories();
  return {
    async begin(more = {}, options = {}) {
      const h = await start({}, { ...options, files: { ...files, ...more }, promotion: true });
      h.registry.put(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
      h.registry.put(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
      h.registry.put(IMAGE, V4, { created: "2026-11-22T08:00:00Z" });
      await h.tagboat.indexes.ofOwner("acme");
      return h;
    },
  };
}

/** Everything that is due within a minute comes to its end. */
export function ease(h: Harbour): Promise<void> {
  return patience(h, 60_000);
}

/** A pull request to talk on. */
export async function talk(h: Harbour): Promise<Pull> {
  await h.people.branch("ann", "topic");
  await h.people.gitPush("ann", "topic", { "README.md": "# CD\n" });
  const pull = await h.people.openPull("ann", "topic");
  await ease(h);
  h.stage.recorder.clear();
  return pull;
}

export async function say(h: Harbour, login: string, pull: Pull, body: string): Promise<Comment> {
  const comment = await h.stage.world.comment(h.repo, login, pull, body);
  await ease(h);
  return comment;
}

/** Our comments on a pull request, without their markers. */
export function replies(h: Harbour, pull: Pull): string[] {
  return h.stage.world
    .comments(pull)
    .filter(({ author }) => author === h.app.bot.login)
    .map(({ body }) => body.replace(/\n*<!-- tagboat:[^>]+ -->/g, ""));
}

/** The first open proposal of ours. */
export function promotion(h: Harbour): Pull {
  const pull = h.open().find(({ headBranch }) => headBranch.startsWith("tagboat/"));
  if (pull === undefined) throw new Error("no proposal is open");
  return pull;
}

/** What the promotion check says on the head of a pull request. */
export function check(h: Harbour, pull: Pull) {
  const runs = h.stage.world.checks(h.repo, pull.headOid);
  const run = runs.filter(({ name }) => name === "tagboat/promotion").at(-1);
  return run === undefined ? null : { conclusion: run.conclusion, title: run.title };
}

/** A push of people's with git that is waited for. */
export async function pushed(
  h: Harbour,
  branch: string,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  await h.people.gitPush("ann", branch, texts);
  await ease(h);
}
