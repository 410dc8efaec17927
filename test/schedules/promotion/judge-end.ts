import type { Pull } from "../../../sandbox/world/entities.ts";
import { COMMENT_LIVES } from "../../../src/promote/request.ts";
import { parsePinnedBranch } from "../../../src/propose/branch-name.ts";
import type { Person } from "./actions.ts";
import { settings } from "./ladder.ts";
import { lookAgain } from "./look-again.ts";
import { placeOfWords } from "./repo-look.ts";
import type { Scene } from "./run-promotion.ts";
import type { Saying } from "./said.ts";
import { CHECK } from "./watch.ts";

/** Whom no schedule ever lets write. */
const NEVER_WRITE: readonly Person[] = ["cara", "gus"];

/** When everything has come to rest: what was asked is answered, what may go on went on, nothing is written again. */
export async function judgeEnd(scene: Scene): Promise<void> {
  await scene.watch.judge();
  for (const saying of scene.said.all) judgeAnswer(scene, saying);
  for (const pull of scene.harbour.open()) await judgeOpen(scene, pull);
  await judgePlaces(scene);
  await judgeBranches(scene);
  await judgeDeliveries(scene);
  await judgeAgain(scene);
}

/** Every command is answered once, and nothing else ever is. Reactions are decoration: a run that is repeated may leave both. */
function judgeAnswer({ process, said, watch }: Scene, saying: Saying): void {
  const replies = said.repliesTo(saying);
  const what = `comment ${saying.comment} of ${saying.who} (${saying.verb})`;
  if (replies.length > 1) watch.complain(`${what} was answered ${replies.length} times`);
  if (saying.answer === "never" && replies.length > 0) watch.complain(`${what} was answered`);
  if (NEVER_WRITE.includes(saying.who) && replies.some(({ done }) => done))
    watch.complain(`${what} was obeyed`);
  const heard = said.heard.get(saying.comment);
  const inTime = heard !== undefined && heard.at - saying.at <= COMMENT_LIVES;
  if (saying.answer !== "once" || !inTime || heard.database !== process.lost) return;
  if (replies.length === 0) watch.complain(`${what} was never answered`);
}

/** The check of an open pull request says what is so, and what may merge by itself has. */
async function judgeOpen(scene: Scene, pull: Pull): Promise<void> {
  const { harbour, truth, watch } = scene;
  const bars = await truth.bars(pull, settings.usual);
  const run = harbour.stage.world
    .checks(harbour.repo, pull.headOid)
    .filter(({ name }) => name === CHECK)
    .at(-1);
  const open = bars === null || bars.size === 0;
  if (open && (await truth.mayBeBarred(pull, settings.usual))) return;
  if (open !== (run?.conclusion === "success"))
    watch.complain(
      `the check of #${pull.number} says ${run?.conclusion} (${run?.title}), and it is barred by ${[...(bars ?? [])].join(", ") || "nothing"}: ${run?.summary}`,
    );
  if (bars !== null && open && (await mergesByItself(scene, pull)))
    watch.complain(`#${pull.number} is left although nothing bars it`);
}

async function mergesByItself({ harbour, truth }: Scene, pull: Pull): Promise<boolean> {
  const { kind, own } = await truth.originOf(pull);
  const place = own === null ? null : placeOfWords(own.words);
  const rule = settings.usual.find(({ name }) => name === place?.environment);
  if (kind === "person" || rule === undefined || rule.merge === "manual") return false;
  const { mergeable } = await harbour.stage.world.mergeability(harbour.repo, pull);
  return mergeable === "MERGEABLE" && !pull.labels.has("order unknown");
}

/**
 * A place has one open promotion: a newer one takes the place of the older, unless people work on that or opened it again. The
 * command that opened the newer one may have been lost with its database before it closed the older: it is to be written again.
 */
async function judgePlaces({ harbour, process, truth, watch }: Scene): Promise<void> {
  const found = new Map<string, number>();
  for (const pull of harbour.open()) {
    const { kind, own } = await truth.originOf(pull);
    if (kind !== "promotion" || own === null || watch.reopened.has(pull.number)) continue;
    const key = JSON.stringify([own.words.environment, own.words.component]);
    const other = Date.parse(pull.createdAt) <= process.lostAt ? undefined : found.get(key);
    if (other !== undefined) watch.complain(`#${other} and #${pull.number} both promote to ${key}`);
    found.set(key, pull.number);
  }
}

/**
 * The branch of a proposal that is over is gone, unless people work on it. One that never had a pull request, of a command that was
 * lost with its database, waits for that command.
 */
async function judgeBranches({ harbour, look, process, tally, watch }: Scene): Promise<void> {
  const { repo, stage } = harbour;
  // Who is told that a branch has moved leaves it, although it was the fault that said so.
  if (Object.keys(tally.faults).some((name) => name.startsWith("field-fails"))) return;
  const refs = await repo.store.refs("refs/heads/tagboat/");
  for (const [ref, oid] of refs) {
    const branch = ref.slice("refs/heads/".length);
    if (parsePinnedBranch(branch) === null) continue;
    const pulls = stage.world.pulls(repo).filter(({ headBranch }) => headBranch === branch);
    if (pulls.length === 0 && process.lost > 0) continue;
    if (pulls.some(({ state }) => state === "open") || !look.byApp(oid)) continue;
    watch.complain(`${branch} is left without a pull request`);
  }
}

/**
 * None ends as a dead letter, and every push of an image ends, unless a hold keeps it. (A look at a gate that a freeze will
 * close waits for that.)
 */
async function judgeDeliveries(scene: Scene): Promise<void> {
  const { deliveries, harbour, process, said, watch } = scene;
  const held = said
    .standing(harbour.clock.now().getTime())
    .some(({ environment, kind }) => kind === "hold" && environment === "dev");
  for (const [delivery, { database, source }] of deliveries) {
    const outcomes = await harbour.outcomesOf(delivery);
    const awaited = source === "generic" && database === process.lost && !held;
    if (outcomes.length === 0 && awaited) watch.complain(`delivery ${delivery} came to nothing`);
    for (const outcome of outcomes)
      if (outcome.kind === "failed") watch.complain(`delivery ${delivery}: ${outcome.detail}`);
  }
}

/** What is in order is not written again when it is looked at again. */
async function judgeAgain(scene: Scene): Promise<void> {
  const { drive, harbour, watch } = scene;
  harbour.stage.recorder.clear();
  await lookAgain(harbour);
  await drive.work();
  const writes = harbour.stage.recorder.counted().filter((request) => request.write);
  if (writes.length > 0)
    watch.complain(`what is in order was written again: ${writes.map((r) => r.what).join(", ")}`);
}
