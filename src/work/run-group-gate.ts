import { CONFIG_PATH, type Config } from "../model/config.ts";
import type { GateReport } from "../model/gate.ts";
import type { PullGlance, PullLook, QueueGroup } from "../model/gate-reads.ts";
import type { LaneItem, LaneTask } from "../model/inbox.ts";
import { visible } from "../model/outside-text.ts";
import { type CheckAbout, promotionCheck } from "../promote/check-text.ts";
import { jointReport, type Member } from "../promote/joint-report.ts";
import { isOutdated, lookAgainByConfig } from "./config-in-force.ts";
import { pathsOf, touchedBy } from "./gate-places.ts";
import { judgeLook, lookToJudge } from "./judge.ts";
import { hasConfig, type KnownRepo } from "./known-repo.ts";
import { delayAll, type Ran, settleAll } from "./ran.ts";
import { gated, NO_CONFIG } from "./run-gate.ts";
import type { RunParts } from "./run-place.ts";

type GroupTask = Extract<LaneTask, { kind: "gate-group" }>;

/** GitHub may tell of a group before its queue has it: looked for again, so often and after so many milliseconds. */
const LOOKS = 3;
const LOOK_AGAIN = 5000;

/**
 * A group of the merge queue brings every pull request from its own back to the first of the queue. Each is judged again by
 * itself, as it stands now; the group is as open as the worst of them. What is not known is closed.
 */
export async function runGroupGate(
  parts: RunParts,
  task: GroupTask,
  group: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const known = await parts.indexes.get(task.repo);
  if (known === null || !hasConfig(known)) return settleAll(group, gated(task, NO_CONFIG));
  const turn = await parts.pacer.turn(known.repo.installation, 1, "person", signal);
  let writes = 0;
  try {
    const found = await parts.gateReads.queueGroup(known.repo, task);
    if (found === null && (group[0]?.tries ?? LOOKS) < LOOKS)
      return soon(parts, group, `the queue does not have ${task.branch} yet`);
    const judged = await judgeGroup(parts, known, found);
    if (judged.kind === "outdated")
      return await lookAgainByConfig(parts, known, group, judged.glance);
    const { about, report } = judged;
    writes = 1;
    await parts.forge.reportCheck({
      repo: known.repo,
      headOid: task.oid,
      ...promotionCheck(report, about),
    });
    return settleAll(group, gated(task, `group ${task.branch}: ${report.title}`));
  } finally {
    turn.used(writes);
  }
}

function soon({ clock }: RunParts, group: readonly LaneItem[], detail: string): Ran {
  const at = new Date(clock.now().getTime() + LOOK_AGAIN);
  return delayAll(group, { at, failed: true, detail });
}

type JudgedGroup =
  | { readonly kind: "judged"; readonly report: GateReport; readonly about: CheckAbout }
  | { readonly kind: "outdated"; readonly glance: PullGlance };

async function judgeGroup(
  parts: RunParts,
  known: KnownRepo,
  group: QueueGroup | null,
): Promise<JudgedGroup> {
  const names = (group?.pulls ?? []).map((pull) => `#${pull}`).join(", ");
  const subject = `A group of the merge queue${names === "" ? "" : `: ${names}`}.`;
  const about = { base: group?.base ?? "", required: true, facts: null, subject };
  const told = (report: GateReport) => ({ kind: "judged", report, about }) as const;
  if (group === null) return told(closed(UNKNOWN));
  if (known.config === null) return told(closed(UNREADABLE));
  const looks = await looksAt(parts, known, known.config, group);
  const outdated = looks.find((one) => one !== null && isOutdated(known, one.glance)) ?? null;
  if (outdated !== null) return { kind: "outdated", glance: outdated.glance };
  return told(await judgeMembers(parts, known, known.config, { group, looks }));
}

async function looksAt(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  { pulls }: QueueGroup,
): Promise<readonly (PullLook | null)[]> {
  const looks: (PullLook | null)[] = [];
  for (const pull of pulls) looks.push(await lookToJudge(parts, known, config, pull));
  return looks;
}

async function judgeMembers(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  {
    group,
    looks: tried,
  }: { readonly group: QueueGroup; readonly looks: readonly (PullLook | null)[] },
): Promise<GateReport> {
  const members: Member[] = [];
  const looks: PullLook[] = [];
  for (const [at, look] of tried.entries()) {
    const pull = group.pulls[at] ?? 0;
    if (look === null || look.glance.state === "closed" || look.glance.base !== group.base)
      return closed(`#${pull} is not open into ${visible(group.base)} any more. ${AGAIN}`);
    looks.push(look);
    // Ahead in the queue, and merged meanwhile by a verdict of its own.
    if (look.glance.state === "merged") continue;
    members.push({ pull, report: (await judgeLook(parts, known, config, look)).report });
  }
  const foreign = foreignPath(known, config, group, looks);
  if (foreign !== null)
    return closed(`It changes ${visible(foreign)}, which none of its pull requests does. ${AGAIN}`);
  return jointReport(members);
}

/** Something tracked that comes with the group and that nobody was asked about; `null`: nothing does. */
function foreignPath(
  known: KnownRepo,
  config: Config,
  group: QueueGroup,
  looks: readonly PullLook[],
): string | null {
  const own = new Set(
    looks.flatMap(({ facts, glance }) => pathsOf({ files: facts?.files ?? glance.files ?? [] })),
  );
  const touched = touchedBy(known, config, { ...group, base: { branch: group.base } });
  const tracked = touched.places.flatMap(({ files }) => files);
  const all = touched.config ? [...tracked, CONFIG_PATH] : tracked;
  return all.find((path) => !own.has(path)) ?? null;
}

const AGAIN = "Take its pull requests out of the queue and add them again.";
const UNKNOWN = `Which pull requests are in this group is not known. ${AGAIN}`;
const UNREADABLE =
  "The config on the default branch cannot be read, so what is gated is not known. Mend .github/tagboat.yml there.";

function closed(detail: string): GateReport {
  const gate = detail === UNREADABLE ? "config" : "content";
  return {
    verdict: "closed",
    title: `Closed: ${gate}`,
    states: [{ gate, verdict: "closed", detail, until: null }],
  };
}
