import type { Config } from "../model/config.ts";
import type { Settled } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import { cell, code } from "../model/outside-text.ts";
import type { PullFacts } from "../model/pulls.ts";
import { isEntitled } from "../promote/gates/rights.ts";
import { type Answer, namesWords, notPermitted } from "../promote/reply.ts";
import type { Asking } from "../promote/request.ts";
import { parsePinnedBranch } from "../propose/branch-name.ts";
import { titleOf } from "../propose/pinned.ts";
import { parseTrailers } from "../propose/trailers.ts";
import type { KnownRepo } from "./known-repo.ts";
import { mendPinned } from "./mend-pinned.ts";
import type { Mended } from "./mend-write.ts";
import { refuse } from "./permitted.ts";
import { type FoundPlace, placeOfBranch, recheck } from "./places.ts";
import { originOf } from "./pull-origin.ts";
import type { RunParts } from "./run-place.ts";
import { standingOf } from "./standing.ts";

const COMMITS_NAMED = 10;

/** `/tagboat rebuild`: the proposal that it is written on, anew on the newest base, without what others put on its branch. */
export async function rebuildAnswer(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  asking: Asking,
): Promise<Answer> {
  const pull = await parts.pulls.read(known.repo, asking.request.pull);
  const tracked =
    pull === null || !pull.ours ? null : placeOfBranch(known, pull.base.branch, pull.head.branch);
  const isPinned = pull?.ours === true && parsePinnedBranch(pull.head.branch) !== null;
  if (pull === null || !pull.head.sameRepo || (tracked === null && !isPinned)) {
    const message = "This is no proposal of Tagboat's: write it on the one that is to be rebuilt.";
    return refuse(known, null, "pull-not-ours", message);
  }
  if (pull.state !== "open") {
    const next = pull.state === "merged" ? "" : ": write its command again";
    return refuse(known, null, "pull-not-ours", `#${pull.number} is ${pull.state}${next}.`);
  }
  const denied = await whyDenied(parts, known, config, { asking, pull, tracked });
  if (denied !== null) return denied;
  if (tracked !== null) return lookAgain(parts, known, config, { pull, tracked });
  return rebuildPinned(parts, known, pull, asking);
}

/** Of every environment that a commit on it names one has to be of those who may command there. */
async function whyDenied(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  {
    asking,
    pull,
    tracked,
  }: {
    readonly asking: Asking;
    readonly pull: PullFacts;
    readonly tracked: FoundPlace | null;
  },
): Promise<Answer | null> {
  const named = pull.commits.map(({ message }) => parseTrailers(message)?.environment);
  const names = new Set([...named, tracked?.environment.name]);
  for (const environment of config.environments.filter(({ name }) => names.has(name))) {
    const { teams } = environment.allow;
    const standing = await standingOf(parts, known, asking, environment);
    if (isEntitled(standing, teams)) continue;
    const who = `ask somebody with write${teams.length === 0 ? "" : ` who is in ${namesWords(teams)}`}`;
    const what = `command ${code(environment.name)}`;
    const message = notPermitted(asking.request.login, what, who);
    return refuse(known, null, "not-permitted", message);
  }
  return null;
}

/** A tracking proposal follows its place: it is enough to look at that. */
async function lookAgain(
  { keys, pulls }: RunParts,
  known: KnownRepo,
  config: Config,
  { pull, tracked }: { readonly pull: PullFacts; readonly tracked: FoundPlace },
): Promise<Answer> {
  const paths = [...tracked.files, ...pull.files.map(({ path }) => path)];
  const texts = {
    base: await pulls.textsAt(known.repo, pull.mergeBase, paths),
    head: await pulls.textsAt(known.repo, pull.head.oid, paths),
  };
  const { origin } = originOf(keys, known.repo.id, config, pull, texts);
  if (origin.kind !== "tracking") {
    const why = origin.kind === "foreign" ? ` (${cell(origin.why)})` : "";
    const message = `Its branch carries others' work${why}: merge it, or close this and delete the branch. The next push of the image opens a new one.`;
    return refuse(known, null, "branch-in-use", message);
  }
  const body = `${code(pull.base.branch)} is looked at again, and this is rebuilt where it has to be.`;
  return {
    body,
    reaction: "rocket",
    outcomes: [answered(body)],
    items: [recheck(tracked.place, tracked.environment, "somebody asked for a rebuild")],
  };
}

function answered(detail: string): Outcome {
  return { kind: "skipped", place: null, reason: "answered", detail };
}

async function rebuildPinned(
  parts: RunParts,
  known: KnownRepo,
  pull: PullFacts,
  { request }: Asking,
): Promise<Answer> {
  const mended = await mendPinned(parts, known, { pull, byHand: true, discard: false });
  if (mended.kind !== "person") return answerOf(known, pull, mended, "");
  const lost = lostWords(pull);
  // Named before it goes: whoever wrote it finds it by its id.
  await parts.pulls.say({
    repo: known.repo,
    pull,
    key: `command:${request.comment}`,
    body: `It is rebuilt without what others put on its branch. ${lost}`,
  });
  const anew = await mendPinned(parts, known, { pull, byHand: true, discard: true });
  return answerOf(known, pull, anew, lost);
}

/** What others put on the branch. */
function lostWords({ commits, commitsComplete }: PullFacts): string {
  const theirs = commits.filter(({ byApp, message }) => !byApp || parseTrailers(message) === null);
  const named = theirs.slice(0, COMMITS_NAMED).map(({ message, oid, people }) => {
    const [headline = ""] = message.split("\n");
    const who = people.map(({ login }) => code(login, 40)).join(", ");
    return `${code(oid.slice(0, 12))} ${cell(headline, 100)}${who === "" ? "" : ` (${who})`}`;
  });
  const more = commitsComplete && named.length === theirs.length ? "" : " and more";
  return `On its branch no more, and still to be fetched by these ids: ${named.join("; ")}${more}.`;
}

function answerOf(known: KnownRepo, pull: PullFacts, mended: Mended, lost: string): Answer {
  switch (mended.kind) {
    case "rebuilt": {
      const approvals = mended.approvalsVoid ? " Approvals start again." : "";
      const where = `${code(pull.base.branch)} at ${code(mended.base.slice(0, 7))}`;
      const body = `Rebuilt on ${where}: ${code(titleOf(mended.proposal))}.${approvals}`;
      return {
        body: lost === "" ? body : `${body} ${lost}`,
        reaction: "rocket",
        ...told(mended.settled),
        views: mended.view === null ? [] : [mended.view],
      };
    }
    case "closed": {
      const body = `Nothing is left of it, so it is closed: ${mended.words}`;
      return { body, reaction: "rocket", ...told(mended.settled) };
    }
    case "person": {
      const message = `It cannot be made anew (${cell(mended.why)}): close it, delete its branch, and write its command again.`;
      return refuse(known, null, "branch-in-use", message);
    }
    case "left":
      return leftAnswer(known, pull, mended);
  }
}

function told(settled: readonly Settled[]): Pick<Answer, "outcomes" | "settled"> {
  return { outcomes: settled.map(({ outcome }) => outcome), settled };
}

function leftAnswer(
  known: KnownRepo,
  pull: PullFacts,
  { state, why }: Extract<Mended, { kind: "left" }>,
): Answer {
  if (state === "right") {
    const body = `Nothing to rebuild: it stands on the newest ${code(pull.base.branch)} and holds what it is to hold.`;
    return { body, reaction: "rocket", outcomes: [answered(body)] };
  }
  const next = state === "over" ? "" : " Close it, and write its command again.";
  return refuse(known, null, "pull-not-ours", `It was not rebuilt: ${why}.${next}`);
}
