import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Pull } from "../world/entities.ts";
import { expectSame, expectThat } from "./expect.ts";
import { withoutToken } from "./hook-url.ts";
import { nextImage, type StoryImage, storyImages } from "./images.ts";
import { deliveriesUrl, diffOf, git, noComplaints, pullUrl, shows } from "./look.ts";
import type { Release } from "./promotion.ts";
import { push } from "./push.ts";
import type { Scene } from "./scene.ts";
import type { Teller } from "./teller.ts";
import { untilChecked } from "./wait.ts";

const OVERLAY = "env/overlays/01-dev/kustomization.yaml";
const run = promisify(execFile);

/**
 * Plays the story and tells it. Rejects with `StoryFailed` where it goes otherwise than it should. Resolves with the
 * story's pull request and what it carries.
 */
export async function tellStory(scene: Scene, teller: Teller): Promise<Release> {
  const images = storyImages(new Date());
  await setOut(scene, teller, images.present);
  const pull = await becomesPullRequest(scene, teller, images.present, images.pushed);
  await canBeCloned(scene, teller, pull, images.pushed);
  await untilChecked(scene, pull);
  await isUpdated(scene, teller, pull, images.newer);
  await untilChecked(scene, pull);
  await isSkipped(scene, teller, pull, images);
  for (const [url, text] of pagesToOpen(scene, pull)) await shows(url, text);
  noComplaints(scene);
  return { pull, present: images.present, released: images.newer };
}

async function setOut(scene: Scene, teller: Teller, present: StoryImage): Promise<void> {
  const { stage, registry, registryAddress, url } = scene.sandbox;
  // What GitHub told before the app was up: delivered again, as its settings page offers.
  for (const { id, statusCode } of stage.webhooks.deliveries())
    if (statusCode >= 300) await stage.webhooks.redeliver(id);
  registry.addEndpoint({
    url: scene.hookUrl,
    headers: {},
    ignore: { actions: ["pull"], mediaTypes: ["application/octet-stream"] },
  });
  await push(scene, present, (outcome) => outcome.reason === "up-to-date");
  teller.step("GitHub, an image registry and Tagboat are running on this machine");
  teller.fact("CD repo", `${url}/acme/myapp-cd`);
  teller.fact("registry", registryAddress.url);
  teller.fact("its webhook", withoutToken(scene.hookUrl));
  teller.fact("deployed", `${scene.image}:${present.tag}`);
}

async function becomesPullRequest(
  scene: Scene,
  teller: Teller,
  present: StoryImage,
  pushed: StoryImage,
): Promise<Pull> {
  teller.step(`The pipeline pushes ${scene.image}:${pushed.tag}`);
  const { ms, requests } = await push(scene, pushed, (o) => o.action === "opened");
  const { stage } = scene.sandbox;
  const [pull, ...others] = stage.world.pulls(scene.repo);
  expectThat(pull !== undefined && others.length === 0, "there is not exactly one pull request");
  expectSame("title", pull.title, `dev: myapp-runtime ${present.tag} → ${pushed.tag}`);
  expectSame("author", pull.author, scene.sandbox.seeded.app.bot.login);
  expectSame("requests to GitHub for a new proposal", requests, 2);
  for (const text of [pushed.image.digest, pushed.commit.slice(0, 12), pushed.run])
    expectThat(pull.body.includes(text), `the body does not name ${text}`);
  const { body, stat } = await diffOf(scene, pull);
  expectSame("changed lines", stat, `1\t1\t${OVERLAY}`);
  expectThat(body.includes(`+    newTag: ${pushed.tag}`), `the diff is another one:\n${body}`);
  teller.step(`A pull request is open: ${pull.title}`, ms);
  teller.fact("pull request", pullUrl(scene, pull));
  teller.fact("its branch", pull.headBranch);
  teller.fact("it took", `${requests} requests to GitHub`);
  teller.fact("it changes", `one line of ${OVERLAY}`);
  teller.diff(body);
  return pull;
}

async function canBeCloned(
  scene: Scene,
  teller: Teller,
  pull: Pull,
  pushed: StoryImage,
): Promise<void> {
  const folder = join(scene.folder, "clone");
  const address = new URL(`${scene.sandbox.url}/acme/myapp-cd.git`);
  address.username = "ben";
  address.password = scene.sandbox.tokenOf("ben");
  const options = ["--quiet", "--depth", "1", "--branch", pull.headBranch];
  const started = performance.now();
  await run("git", ["clone", ...options, address.href, folder], {
    env: { PATH: process.env.PATH ?? "", HOME: scene.folder, GIT_CONFIG_NOSYSTEM: "1" },
  });
  const text = await readFile(join(folder, OVERLAY), "utf8");
  expectThat(text.includes(`newTag: ${pushed.tag}`), "the clone does not hold the new tag");
  teller.step("git clone gets the branch", performance.now() - started);
}

async function isUpdated(
  scene: Scene,
  teller: Teller,
  pull: Pull,
  newer: StoryImage,
): Promise<void> {
  teller.step(`Before anybody merged, the pipeline pushes a newer image: ${newer.tag}`);
  const { ms, requests } = await push(scene, newer, (o) => o.action === "updated");
  expectSame("requests to GitHub in place", requests, 3);
  const { world } = scene.sandbox.stage;
  expectSame("pull requests", world.pulls(scene.repo).length, 1);
  expectThat(pull.state === "open", "the pull request was closed");
  expectThat(pull.title.endsWith(`→ ${newer.tag}`), `the title is still ${pull.title}`);
  const { stat } = await diffOf(scene, pull);
  expectSame("changed lines", stat, `1\t1\t${OVERLAY}`);
  const range = [`main..${pull.headBranch}`];
  const count = await git(scene, ["rev-list", "--count", ...range]);
  expectSame("commits on the branch", count.trim(), "1");
  teller.step(`The same pull request carries it now, in one commit: ${pull.title}`, ms);
}

async function isSkipped(
  scene: Scene,
  teller: Teller,
  pull: Pull,
  { newer, older }: ReturnType<typeof storyImages>,
): Promise<void> {
  teller.step(`An old build is pushed late: ${older.tag}`);
  const head = pull.headOid;
  const { outcome, ms, writes } = await push(scene, older, (o) => o.kind === "skipped");
  expectSame("reason", String(outcome.reason), "older");
  expectSame("writes to GitHub", writes, 0);
  expectThat(pull.headOid === head && pull.title.endsWith(newer.tag), "the pull request changed");
  teller.step("It is skipped, and nothing is written", ms);
  teller.fact("why", String(outcome.detail));
}

/** For whoever goes on playing: one more image, and what becomes of it. */
export async function pushAnother(scene: Scene, teller: Teller): Promise<void> {
  const image = nextImage(new Date());
  teller.step(`The pipeline pushes ${image.tag}`);
  const { outcome, ms } = await push(scene, image, (o) => o.kind !== undefined);
  const { kind, action, number, reason, detail } = outcome;
  const what = kind === "proposed" ? `${action} pull request ${number}` : `${kind}: ${reason}`;
  teller.step(what, ms);
  if (detail !== undefined) teller.fact("why", String(detail));
}

/** The addresses that the story invites to open, each with a text that must be on its page. */
function pagesToOpen(scene: Scene, pull: Pull): readonly (readonly [string, string])[] {
  return [
    [pullUrl(scene, pull), pull.title],
    [`${scene.sandbox.url}/acme/myapp-cd`, "myapp-cd"],
    [deliveriesUrl(scene), "pull_request"],
  ];
}
