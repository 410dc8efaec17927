import { trackingBranch } from "../../src/propose/branch-name.ts";
import { createHarbour, type Harbour } from "../support/harbour.ts";
import type { Action, Schedule } from "./actions.ts";
import { Drive } from "./drive.ts";
import {
  compareAge,
  digestOf,
  files,
  type Image,
  images,
  imagesIn,
  type PlaceUnderTest,
  Pushed,
  places,
  tagOf,
  type Version,
} from "./fleet.ts";
import { People } from "./people.ts";
import { countFault, countOutcome, newTally, type Tally } from "./tally.ts";
import { thenClosed } from "./then-closed.ts";
import { show, told, Watch } from "./watch.ts";

const HOUR = 3_600_000;

/** A promise was broken. */
export class Broken extends Error {
  override readonly name = "Broken";
  readonly trace: readonly string[];

  constructor(watch: Pick<Watch, "complaints" | "trace">) {
    super(watch.complaints.join("\n"));
    this.trace = watch.trace.flatMap(told);
  }
}

interface Scene {
  readonly harbour: Harbour;
  readonly pushed: Pushed;
  readonly people: People;
  readonly drive: Drive;
  readonly watch: Watch;
  readonly tally: Tally;
  readonly deliveries: Set<string>;
  /** What webhooks of the registry told of. */
  readonly told: Version[];
}

/** Plays a schedule from a fresh repo to its end, and returns what came of it. @throws Broken with every complaint. */
export async function runSchedule({ calm, steps }: Schedule): Promise<Tally> {
  const harbour = await createHarbour({ files, keepLog: true });
  return thenClosed(harbour, async () => {
    const scene = await setScene(harbour);
    for (const [at, step] of steps.entries()) {
      scene.watch.trace.push(`${at + 1}. ${JSON.stringify(step.action)}`);
      await perform(scene, step.action);
      if (step.work) await scene.drive.work();
      await scene.watch.judge();
    }
    await finish(scene, calm);
    if (scene.watch.complaints.length > 0) throw new Broken(scene.watch);
    scene.tally.schedules = 1;
    scene.tally.steps = steps.length;
    for (const { outcome } of await harbour.ledger.recent(100_000))
      countOutcome(scene.tally, outcome);
    return scene.tally;
  });
}

async function setScene(harbour: Harbour): Promise<Scene> {
  const { stage, repo, inbox, registry, tagboat } = harbour;
  const pushed = new Pushed(registry);
  const after = await repo.store.readRef("refs/heads/main");
  const production = { name: "refs/heads/production", before: null, after };
  await stage.world.updateRefs(repo, "ann", [production]);
  const deliveries = new Set<string>();
  const accept = inbox.accept.bind(inbox);
  inbox.accept = async (batch) => {
    const answers = await accept(batch);
    for (const [at, { id }] of batch.entries()) if (answers[at] === "new") deliveries.add(id);
    return answers;
  };
  // Tokens are minted and the index is read before anything happens: what comes then is the work itself.
  await tagboat.indexes.ofOwner("acme");
  const tally = newTally();
  const { faults } = stage;
  const strike = faults.strike.bind(faults);
  faults.strike = (what, kinds) => {
    const fault = strike(what, kinds);
    if (fault !== null) countFault(tally, fault, what);
    return fault;
  };
  const watch = new Watch(harbour, pushed);
  const drive = new Drive(harbour);
  await drive.work();
  const people = new People(harbour, pushed);
  return { harbour, pushed, people, drive, watch, tally, deliveries, told: [] };
}

async function perform(scene: Scene, action: Action): Promise<void> {
  const { harbour, people, drive } = scene;
  const { faults } = harbour.stage;
  switch (action.do) {
    case "push":
      return push(scene, action);
    case "push-moving":
      return notify(scene, images[action.image] ?? images[0], action.tag);
    case "clock":
      return drive.pass(action.seconds * 1000);
    case "fault":
      return faults.arm(action.armed);
    case "meanwhile":
      return faults.arm({
        fault: { kind: "moved-head", move: () => people.act(action.deed) },
        at: action.at,
        skip: action.skip,
      });
    default:
      return people.act(action);
  }
}

async function push(scene: Scene, action: Extract<Action, { do: "push" }>): Promise<void> {
  const { pushed, harbour } = scene;
  const image = images[action.image] ?? images[0];
  const rank = Math.max(0, pushed.top(image) + action.step);
  const before = pushed.buildOf(image, rank);
  const build = before === null ? 0 : before + (action.again ? 1 : 0);
  pushed.put({ image, rank, build });
  const tag = tagOf(image, rank);
  if (action.webhook === "never") return;
  scene.told.push({ image, rank, build });
  if (action.webhook === "late") {
    void harbour.clock.sleep(90_000).then(() => notify(scene, image, tag));
    return;
  }
  await notify(scene, image, tag);
  if (action.webhook === "twice") await notify(scene, image, tag);
}

let sequence = 0;

async function notify({ harbour }: Scene, image: Image, tag: string): Promise<void> {
  sequence += 1;
  await harbour.inbox.accept([
    {
      id: `push-${String(sequence).padStart(8, "0")}`,
      source: "generic",
      owner: "acme",
      scope: { kind: "owner" },
      senderId: null,
      subjects: [],
      receivedAt: harbour.clock.now().toISOString(),
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ image, tag }),
    },
  ]);
}

/** Faults end, the config is mended, the newest image of each name is told of once more: then everything must be in order. */
async function finish(scene: Scene, calm: boolean): Promise<void> {
  const { harbour, people, watch } = scene;
  harbour.stage.faults.clear();
  watch.trace.push("the end");
  await come(scene, 80 * HOUR);
  await watch.judge();
  if (calm)
    for (const place of places)
      if (!(await wasInUse(scene, place))) await judgePlace(scene, place, newestTold);
  await people.act({ do: "config", what: "mend" });
  await come(scene, HOUR);
  await tellNewest(scene);
  await come(scene, 80 * HOUR);
  await watch.judge();
  for (const place of places)
    await judgePlace(scene, place, ({ pushed }, image) => pushed.newest(image));
  for (const pull of harbour.open())
    if (pull.author === harbour.app.bot.login) await watch.judgeShape(pull);
  for (const place of places) await judgeLeft(scene, place);
  for (const delivery of scene.deliveries) await judgeDelivery(scene, delivery);
  await judgeAgain(scene);
}

async function tellNewest(scene: Scene): Promise<void> {
  for (const image of images)
    await notify(scene, image, tagOf(image, scene.pushed.newest(image).rank));
}

/** Every delivery ends with an outcome, none as a dead letter. */
async function judgeDelivery({ harbour, watch }: Scene, delivery: string): Promise<void> {
  const outcomes = await harbour.outcomesOf(delivery);
  if (outcomes.length === 0) watch.complain(`delivery ${delivery} came to nothing`);
  for (const outcome of outcomes)
    if (outcome.kind === "failed") watch.complain(`delivery ${delivery}: ${outcome.detail}`);
}

/** Whether what was told of was refused for a person's work on the branch: the next event brings it. */
async function wasInUse({ deliveries, harbour }: Scene, place: PlaceUnderTest): Promise<boolean> {
  for (const delivery of deliveries)
    for (const outcome of await harbour.outcomesOf(delivery)) {
      if (outcome.kind !== "refused" || outcome.reason !== "branch-in-use") continue;
      const { component, environment } = outcome.place ?? {};
      if (environment === place.environment && component === place.component) return true;
    }
  return false;
}

/** What is in order is not written again. */
async function judgeAgain(scene: Scene): Promise<void> {
  const { drive, harbour, watch } = scene;
  harbour.stage.recorder.clear();
  await tellNewest(scene);
  await drive.work();
  const writes = harbour.stage.recorder.counted().filter((request) => request.write);
  if (writes.length > 0)
    watch.complain(`what is in order was written again: ${writes.map((r) => r.what).join(", ")}`);
}

async function come({ drive, watch }: Scene, ms: number): Promise<void> {
  if (!(await drive.rest(ms))) watch.complain("it does not come to rest");
}

/** The newest image is in the base or in the one open proposal, or there is a reason. */
async function judgePlace(
  scene: Scene,
  place: PlaceUnderTest,
  expected: (scene: Scene, image: Image) => Version | null,
): Promise<void> {
  const { watch } = scene;
  const branch = trackingBranch(place);
  // Tagboat leaves a branch with a person's work alone.
  if ((await watch.workOn(branch)).length > 0) return;
  if (await watch.isBeyondProof(branch, place)) return;
  for (const image of imagesIn(place)) {
    const newest = expected(scene, image);
    if (newest === null) continue;
    const found = await whereabouts(scene, place, image);
    const there = found.some((one) => one === "no entry" || isThere(one, newest));
    if (there || (!place.direct && (await watch.isBarred(place, newest)))) continue;
    const seen = found.map((one) => (typeof one === "string" ? one : show(one))).join(", ");
    const where = `${place.environment}/${place.component}`;
    watch.complain(`${where}: ${show(newest)} is neither in the base nor proposed: ${seen}`);
  }
}

/** The newest version that a webhook told of; `null` where the registry has moved its tag since. */
function newestTold({ pushed, told }: Scene, image: Image): Version | null {
  const last = told
    .filter((one) => one.image === image)
    .sort(compareAge)
    .at(-1);
  if (last === undefined || pushed.buildOf(image, last.rank) !== last.build) return null;
  return last;
}

/** What stands in the base, then what is proposed. */
async function whereabouts(
  { harbour, watch }: Scene,
  place: PlaceUnderTest,
  image: Image,
): Promise<(Version | "moving" | "no entry" | "not proposed")[]> {
  const branch = trackingBranch(place);
  const inBase = await watch.standing(place.base, place.file, image);
  const open = harbour.open().some((p) => p.headBranch === branch && p.baseBranch === place.base);
  const proposed = open ? await watch.standing(branch, place.file, image) : null;
  return [inBase ?? "no entry", proposed ?? "not proposed"];
}

/** An open proposal, unless people work on it, proposes something newer than its base has. */
async function judgeLeft(scene: Scene, place: PlaceUnderTest): Promise<void> {
  const { harbour, watch } = scene;
  const branch = trackingBranch(place);
  const open = harbour.open().find((p) => p.headBranch === branch && p.baseBranch === place.base);
  if (open === undefined || (await watch.workOn(branch)).length > 0) return;
  if (await watch.isBeyondProof(branch, place)) return;
  for (const image of imagesIn(place)) {
    const [inBase, proposed] = await whereabouts(scene, place, image);
    if (inBase === "moving" && proposed !== "moving") return;
    if (
      typeof proposed !== "string" &&
      typeof inBase !== "string" &&
      proposed !== undefined &&
      inBase !== undefined &&
      !isThere(inBase, proposed)
    )
      return;
  }
  watch.complain(`#${open.number} is open with nothing left to propose`);
}

function isThere(version: Version | string, newest: Version): boolean {
  return (
    typeof version !== "string" &&
    (compareAge(version, newest) >= 0 || digestOf(version) === digestOf(newest))
  );
}
