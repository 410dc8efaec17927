import type { Pull } from "../world/entities.ts";
import { fillIn } from "./browser.ts";
import { expectSame, expectThat } from "./expect.ts";
import { buildNow, type StoryImage } from "./images.ts";
import { diffOf, git, noComplaints, pullUrl, repliesOn } from "./look.ts";
import { pushed } from "./push.ts";
import type { Scene } from "./scene.ts";
import type { Teller } from "./teller.ts";
import { until, untilChecked } from "./wait.ts";

const DEV = "env/overlays/01-dev/kustomization.yaml";
const PRE_PROD = "env/overlays/02-pre-prod/kustomization.yaml";

/** Who holds the release, and what stood there before. */
export interface Release {
  readonly pull: Pull;
  readonly present: StoryImage;
  readonly released: StoryImage;
}

/** The second act: what was pushed is merged, promoted by comment, approved, and rolled back. @throws StoryFailed */
export async function tellPromotion(scene: Scene, teller: Teller, release: Release): Promise<void> {
  const { pull, present, released } = release;
  await isMerged(scene, teller, release);
  await refusesStranger(scene, teller, pull);
  const promotion = await isPromoted(scene, teller, release);
  await needsSomebodyElse(scene, teller, promotion);
  await isApproved(scene, teller, promotion, released);
  await isRolledBack(scene, teller, release);
  await holdsNextPush(scene, teller, present);
  noComplaints(scene);
}

async function isMerged(scene: Scene, teller: Teller, { pull, released: { tag } }: Release) {
  const started = performance.now();
  await act(scene, "ann", pull, { action: "merge", head: pull.headOid });
  const text = await git(scene, ["show", `main:${DEV}`]);
  expectThat(text.includes(`newTag: ${tag}`), "dev does not hold the release");
  await until(scene, "the branch's end", async () =>
    (await scene.repo.store.readRef(`refs/heads/${pull.headBranch}`)) === null ? true : null,
  );
  teller.step(
    `ann merges it: dev holds ${tag}, and the branch is deleted`,
    performance.now() - started,
  );
}

async function refusesStranger(scene: Scene, teller: Teller, pull: Pull): Promise<void> {
  const answer = await command(scene, teller, "cara", pull, "/promote pre-prod");
  expectThat(answer.startsWith("`cara` may not `/promote` here"), `cara was told: ${answer}`);
  expectSame("pull requests", scene.sandbox.stage.world.pulls(scene.repo).length, 1);
}

async function isPromoted(scene: Scene, teller: Teller, { pull, present, released }: Release) {
  const answer = await command(scene, teller, "ben", pull, "/promote pre-prod");
  const promotion = proposal(scene, 2);
  expectSame("title", promotion.title, `pre-prod: myapp-runtime ${present.tag} → ${released.tag}`);
  expectThat(answer.includes(`#${promotion.number}`), `ben was told: ${answer}`);
  const { body, stat } = await diffOf(scene, promotion);
  expectSame("changed lines", stat, `1\t1\t${PRE_PROD}`);
  teller.fact("pull request", pullUrl(scene, promotion));
  teller.diff(body);
  return promotion;
}

async function needsSomebodyElse(scene: Scene, teller: Teller, promotion: Pull): Promise<void> {
  expectSame("the check", await untilChecked(scene, promotion), "failure");
  const since = scene.app.count;
  await act(scene, "ben", promotion, { action: "approve" });
  expectSame("the check", await untilChecked(scene, promotion, since), "failure");
  teller.step("ben approves what he asked for himself: it does not count, the check stays closed");
}

async function isApproved(
  scene: Scene,
  teller: Teller,
  promotion: Pull,
  { tag }: StoryImage,
): Promise<void> {
  const started = performance.now();
  const since = scene.app.count;
  await act(scene, "ann", promotion, { action: "approve" });
  expectSame("the check", await untilChecked(scene, promotion, since), "success");
  await until(scene, "the merge", () => promotion.mergedAt);
  const text = await git(scene, ["show", `main:${PRE_PROD}`]);
  expectThat(text.includes(`newTag: ${tag}`), "pre-prod does not hold the release");
  teller.step("ann approves: the check opens, and Tagboat merges", performance.now() - started);
}

async function isRolledBack(scene: Scene, teller: Teller, { pull, present, released }: Release) {
  const answer = await command(scene, teller, "ben", pull, '/rollback dev --reason "it leaks"');
  const back = proposal(scene, 3);
  const title = `Roll back dev: myapp-runtime ${released.tag} → ${present.tag}`;
  expectSame("title", back.title, title);
  expectThat(answer.includes(`#${back.number} rolls back`), `ben was told: ${answer}`);
  expectSame("the check", await untilChecked(scene, back), "success");
  await act(scene, "ann", back, { action: "merge", head: back.headOid });
  const text = await git(scene, ["show", `main:${DEV}`]);
  expectThat(text.includes(`newTag: ${present.tag}`), "dev does not hold what was there before");
  teller.step(`ann merges it: dev holds ${present.tag} again`);
}

async function holdsNextPush(scene: Scene, teller: Teller, present: StoryImage): Promise<void> {
  const next = buildNow("c0de-n3x7r");
  const started = performance.now();
  const { detail } = await pushed(scene, next, ({ msg }) => msg === "put back");
  expectSame("why", String(detail), "held by ben: it leaks");
  const text = await git(scene, ["show", `main:${DEV}`]);
  expectThat(text.includes(`newTag: ${present.tag}`), "dev was moved on");
  expectSame("pull requests", scene.sandbox.stage.world.pulls(scene.repo).length, 3);
  teller.step(`The pipeline pushes ${next.tag}: it waits`, performance.now() - started);
  teller.fact("why", `${detail}; /tagboat unhold dev lets it through`);
}

/** A comment, and what it is answered. */
async function command(
  scene: Scene,
  teller: Teller,
  login: string,
  pull: Pull,
  body: string,
): Promise<string> {
  const before = repliesOn(scene, pull).length;
  const started = performance.now();
  await act(scene, login, pull, { action: "comment", body });
  const answer = await newReply(scene, pull, before);
  teller.step(`${login} comments: ${body}`, performance.now() - started);
  teller.fact("Tagboat", answer);
  return answer;
}

async function newReply(scene: Scene, pull: Pull, before: number): Promise<string> {
  return await until(scene, `a reply on #${pull.number}`, () => {
    const replies = repliesOn(scene, pull);
    return replies.length > before ? (replies.at(-1) ?? null) : null;
  });
}

function act(scene: Scene, login: string, pull: Pull, form: Readonly<Record<string, string>>) {
  return fillIn(scene, login, new URL(pullUrl(scene, pull)).pathname, form);
}

function proposal(scene: Scene, number: number): Pull {
  const pull = scene.sandbox.stage.world.pulls(scene.repo).find((one) => one.number === number);
  expectThat(pull !== undefined, `there is no pull request #${number}`);
  return pull;
}
