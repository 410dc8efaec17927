import type { Ruleset } from "../../../sandbox/world/entities.ts";
import { createHarbour, type Harbour } from "../../support/harbour.ts";
import { images, Pushed, tagOf } from "../fleet.ts";
import { Broken } from "../run-schedule.ts";
import { bump, countFault, countOutcome, newTally, type Tally } from "../tally.ts";
import { thenClosed } from "../then-closed.ts";
import type { Action, Schedule } from "./actions.ts";
import { Crowd } from "./crowd.ts";
import { judgeEnd } from "./judge-end.ts";
import { FREEZE, files, TOP } from "./ladder.ts";
import { LivingDrive } from "./living-drive.ts";
import { lookAgain } from "./look-again.ts";
import { Process } from "./process.ts";
import { RepoLook } from "./repo-look.ts";
import { Said } from "./said.ts";
import { signAtOnce } from "./sign-at-once.ts";
import { Truth } from "./truth.ts";
import { CHECK, Watch } from "./watch.ts";

const HOUR = 3_600_000;

export interface Scene {
  readonly harbour: Harbour;
  readonly pushed: Pushed;
  readonly look: RepoLook;
  readonly said: Said;
  readonly truth: Truth;
  readonly watch: Watch;
  readonly crowd: Crowd;
  readonly process: Process;
  readonly drive: LivingDrive;
  readonly tally: Tally;
  /** What was accepted, from whom, and how many databases were lost before. */
  readonly deliveries: Map<string, { readonly source: string; readonly database: number }>;
}

/** Plays a schedule from a fresh repo to its end, and returns what came of it. @throws Broken with every complaint. */
export async function runPromotion(schedule: Schedule): Promise<Tally> {
  signAtOnce();
  let scene: Scene | null = null;
  const process = new Process(async (request) => scene?.drive.track(scene.watch.asked(request)));
  const harbour = await createHarbour({
    files,
    keepLog: true,
    promotion: true,
    parts: process.parts,
    before: async ({ world }, repo) => {
      for (const login of ["eve", "gus"]) world.addUser(login);
      for (const login of ["dave", "eve"]) world.setPermission(repo, login, "write");
      world.addTeam("acme", "web", ["ben"]);
      world.addTeam("acme", "ops", ["ann", "dave", "eve"]);
      world.addTeam("acme", "on-call", ["dave"]);
      const after = await repo.store.readRef("refs/heads/main");
      await world.updateRefs(repo, "ann", [{ name: "refs/heads/production", before: null, after }]);
    },
  });
  return thenClosed(harbour, async () => {
    scene = await setScene(harbour, process, schedule.strict);
    await play(scene, schedule);
    if (scene.watch.complaints.length > 0) throw new Broken(scene.watch);
    return tallyOf(scene, schedule);
  });
}

async function play(scene: Scene, { steps }: Schedule): Promise<void> {
  const { drive, watch } = scene;
  for (const [at, step] of steps.entries()) {
    watch.trace.push(`${at + 1}. ${JSON.stringify(step.action)}`);
    await perform(scene, step.action);
    if (step.work) await drive.work();
    await watch.judge();
  }
  watch.trace.push("the end");
  await finish(scene);
  await judgeEnd(scene);
}

async function setScene(harbour: Harbour, process: Process, strict: boolean): Promise<Scene> {
  const { app, inbox, people, registry, repo, stage, tagboat } = harbour;
  const pushed = new Pushed(registry);
  for (const image of images)
    for (let rank = 0; rank <= TOP; rank += 1) pushed.put({ image, rank, build: 0 });
  if (strict) repo.rulesets.push(demanding(app.id));
  await people.branch("ann", "topic");
  await people.gitPush("ann", "topic", { "README.md": "# our fleet\n" });
  const talk = await people.openPull("ann", "topic");
  await tagboat.indexes.ofOwner("acme");
  const tally = newTally();
  const { faults } = stage;
  const strike = faults.strike.bind(faults);
  faults.strike = (what, kinds) => {
    const fault = strike(what, kinds);
    if (fault !== null) countFault(tally, fault, what);
    return fault;
  };
  const look = new RepoLook(harbour, pushed);
  const said = new Said(harbour);
  const truth = new Truth(harbour, look, said, pushed);
  const watch = new Watch(harbour, look, truth);
  const deliveries: Scene["deliveries"] = new Map();
  const accept = inbox.accept.bind(inbox);
  inbox.accept = async (batch) => {
    const answers = await accept(batch);
    for (const [at, { body, headers, id, source }] of batch.entries()) {
      if (answers[at] === "new") deliveries.set(id, { source, database: process.lost });
      if (source === "github" && headers["x-github-event"] === "issue_comment")
        hear(said, body, harbour.clock.now().getTime(), process.lost);
    }
    return answers;
  };
  const drive = new LivingDrive(harbour, process);
  await drive.work();
  const configChanged = () => watch.configChanged();
  const crowd = new Crowd(harbour, { pushed, said, talk, configChanged });
  return { harbour, pushed, look, said, truth, watch, crowd, process, drive, tally, deliveries };
}

function hear(said: Said, body: string, at: number, database: number): void {
  const { action, comment } = JSON.parse(body) as { action: string; comment: { id: number } };
  if (action === "created" && !said.heard.has(comment.id))
    said.heard.set(comment.id, { at, database });
}

function demanding(appId: number): Ruleset {
  return {
    id: 1,
    name: "promotion",
    branches: ["main", "production"],
    pullRequest: null,
    requiredChecks: [{ context: CHECK, appId }],
    upToDate: false,
    linearHistory: false,
    mergeQueue: false,
  };
}

async function perform(scene: Scene, action: Action): Promise<void> {
  const { crowd, drive, harbour, process } = scene;
  const { faults } = harbour.stage;
  switch (action.do) {
    case "push":
      return push(scene, action);
    case "clock":
      return drive.pass(action.seconds * 1000);
    case "edge":
      return drive.pass(untilEdge(harbour.clock.now().getTime()) + action.seconds * 1000);
    case "fault":
      return faults.arm(action.armed);
    case "meanwhile":
      return faults.arm({
        fault: { kind: "moved-head", move: () => crowd.act(action.deed) },
        at: action.at,
        skip: action.skip,
      });
    case "crash":
      return process.kill(action);
    default:
      return crowd.act(action);
  }
}

function untilEdge(now: number): number {
  const day = now % (24 * HOUR);
  const next = [FREEZE.from, FREEZE.to, FREEZE.from + 24]
    .map((hour) => hour * HOUR)
    .find((at) => at > day + 1000);
  return (next ?? 0) - day;
}

async function push(scene: Scene, action: Extract<Action, { do: "push" }>): Promise<void> {
  const { pushed } = scene;
  const image = images[action.image] ?? images[0];
  const rank = Math.max(0, pushed.top(image) + action.step);
  const before = pushed.buildOf(image, rank);
  pushed.put({ image, rank, build: before === null ? 0 : before + (action.again ? 1 : 0) });
  const message = { body: JSON.stringify({ image, tag: tagOf(image, rank) }) };
  if (action.webhook === "never") return;
  await scene.harbour.deliver(message);
  if (action.webhook === "twice") await scene.harbour.deliver(message);
}

/** Faults end, the config is mended, what was missed is looked for, time passes: then everything must be in order. */
async function finish(scene: Scene): Promise<void> {
  const { crowd, drive, harbour, process } = scene;
  harbour.stage.faults.clear();
  process.spare();
  await drive.work();
  await drive.pass(9 * HOUR);
  await crowd.act({ do: "config", setting: "usual" });
  await drive.pass(HOUR);
  await drive.catchUp();
  await drive.pass(10 * 60_000);
  for (const image of images)
    await harbour.deliver({
      body: JSON.stringify({ image, tag: tagOf(image, scene.pushed.newest(image).rank) }),
    });
  await drive.pass(2 * HOUR);
  const day = harbour.clock.now().getTime() % (24 * HOUR);
  // Where no freeze holds, and far from its edges.
  await drive.pass((day > 9 * HOUR ? 33 : 9) * HOUR - day);
  // GitHub tells the App of no change of teams and rights.
  await lookAgain(harbour);
  await drive.pass(10 * 60_000);
}

async function tallyOf(scene: Scene, { steps }: Schedule): Promise<Tally> {
  const { harbour, process, said, tally, watch } = scene;
  tally.schedules = 1;
  tally.steps = steps.length;
  for (const { outcome } of await harbour.ledger.recent(100_000)) countOutcome(tally, outcome);
  const replies = said.all.flatMap((saying) => said.repliesTo(saying));
  bump(tally.promotion, "commands", said.all.length);
  bump(tally.promotion, "answers", replies.length);
  bump(tally.promotion, "done", replies.filter(({ done }) => done).length);
  bump(tally.promotion, "merges by the App", watch.counts.merges);
  bump(tally.promotion, "checks that opened", watch.counts.greens);
  bump(tally.promotion, "looks at gates", watch.counts.looks);
  bump(tally.promotion, "crashes", process.crashes);
  bump(tally.promotion, "lost databases", process.lost);
  const pulls = harbour.stage.world
    .pulls(harbour.repo)
    .filter(({ author }) => author === harbour.app.bot.login);
  const rollbacks = pulls.filter(({ title }) => title.startsWith("Roll back"));
  bump(tally.promotion, "rollbacks", rollbacks.length);
  bump(
    tally.promotion,
    "promotions",
    pulls.filter(({ headBranch }) => headBranch.includes("--")).length - rollbacks.length,
  );
  return tally;
}
