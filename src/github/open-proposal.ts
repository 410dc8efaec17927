import { Buffer } from "node:buffer";
import type { NewProposal, WriteResult } from "../model/forge.ts";
import { commitOnBranch } from "./commit-step.ts";
import { blobOid } from "./git-blob.ts";
import { type Host, inRepo } from "./host.ts";
import type { HostMemory } from "./host-memory.ts";
import { closePull, type OpenedPull, openPull } from "./pull-steps.ts";
import { createBranch, moveBranches } from "./ref-steps.ts";
import { runSteps, type Written } from "./write.ts";
import type { WriteStep } from "./write-step.ts";

type Opened = WriteResult<{ number: number; url: string; headOid: string }>;

/**
 * Branch, commit and pull request in one document. A branch left over from before is moved to the base instead of created;
 * one that already carries this very commit only gets its pull request. Labels and reviewers, when there are any, take
 * one REST request each and never fail the proposal; they are all that is written when our pull request is open already.
 */
export async function openProposal(
  host: Host,
  memory: HostMemory,
  proposal: NewProposal,
): Promise<Opened> {
  const { target, branch } = proposal;
  const { base } = target;
  if (base === null) return { kind: "unsure", detail: "the base branch is gone" };
  const there = target.pulls.find((p) => p.state === "open" && p.ours && p.base === base.branch);
  if (there !== undefined) {
    const { number, url, headOid } = there;
    await decorate(host, proposal, number);
    return { kind: "done", value: { number, url, headOid } };
  }
  const pull = openPull(target, { ...proposal, base: base.branch });
  const finished = finishedHead(proposal);
  if (finished !== null) {
    const ran = await runSteps(host, memory, [pull]);
    if (ran.kind === "unsure") return ran;
    return await opened(host, memory, proposal, { ran, pull, headOid: finished });
  }
  const ref =
    target.head === null
      ? createBranch(target, branch, base.oid)
      : moveBranches(target, [{ branch, before: target.head.oid, after: base.oid }]);
  const { message, edits } = proposal;
  const commit = commitOnBranch(target, { branch, expectedHead: base.oid, message, edits });
  const ran = await runSteps(host, memory, [ref, commit, pull]);
  if (ran.kind === "unsure") return ran;
  const headOid = ran.of(commit)?.oid ?? null;
  return await opened(host, memory, proposal, { ran, pull, headOid });
}

async function opened(
  host: Host,
  memory: HostMemory,
  proposal: NewProposal,
  { ran, pull, headOid }: { ran: Written; pull: WriteStep<OpenedPull>; headOid: string | null },
): Promise<Opened> {
  const made = ran.of(pull);
  if (made === null) return { kind: "unsure", detail: ran.detail };
  if (made.headOid !== headOid) {
    return await withdraw(host, memory, proposal, { made, detail: ran.detail });
  }
  await decorate(host, proposal, made.number);
  return { kind: "done", value: { number: made.number, url: made.url, headOid } };
}

/**
 * The pull request was opened on something else than our commit: on a branch that was there before. Unless that carries
 * the same commit message (another worker of ours was faster), it is closed again.
 */
async function withdraw(
  host: Host,
  memory: HostMemory,
  { target, message }: NewProposal,
  { made, detail }: { made: OpenedPull; detail: string },
): Promise<Opened> {
  const unsure: Opened = {
    kind: "unsure",
    detail: `#${made.number} does not stand at the new commit: ${detail}`,
  };
  if (made.headMessage === null || sameMessage(made.headMessage, message)) return unsure;
  await runSteps(host, memory, [closePull(target, made)]);
  return unsure;
}

/** The head's oid when its one commit is exactly what is to be proposed; its signed message binds parent and files. */
function finishedHead({ target, message, edits }: NewProposal): string | null {
  const { head } = target;
  const [commit, ...older] = head?.commits ?? [];
  if (head === null || commit === undefined || older.length > 0 || !head.complete) return null;
  if (!commit.byApp || !sameMessage(commit.message, message)) return null;
  const same = edits.every(
    ({ path, text }) => head.blobs.get(path) === blobOid(Buffer.from(text), head.oid),
  );
  return same ? head.oid : null;
}

function sameMessage(one: string, other: string): boolean {
  return one.trimEnd() === other.trimEnd();
}

async function decorate(host: Host, proposal: NewProposal, pull: number): Promise<void> {
  const { labels, reviewers } = proposal;
  const where = inRepo(proposal.target.repo);
  await undisturbed(host, "labels", async () => {
    if (labels.length === 0) return null;
    const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
    return refusal(await host.write(route, { ...where, issue_number: pull, labels }));
  });
  await undisturbed(host, "reviewers", async () => {
    if (reviewers.length === 0) return null;
    return await requestReviews(host, { ...where, pull_number: pull }, reviewers);
  });
}

/**
 * `org/team` is a team; a bare name is a person, or a team of the repo's owner: GitHub refuses (422) names that are no
 * people who may review, and has then asked nobody.
 */
async function requestReviews(
  host: Host,
  where: Record<string, unknown>,
  names: readonly string[],
): Promise<string | null> {
  const route = "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers";
  const teams = names.filter((name) => name.includes("/")).map(teamSlug);
  const people = names.filter((name) => !name.includes("/"));
  const sent = await host.write(route, { ...where, reviewers: people, team_reviewers: teams });
  if (sent.kind !== "refused" || sent.status !== 422 || people.length === 0) return refusal(sent);
  return refusal(
    await host.write(route, { ...where, reviewers: [], team_reviewers: [...people, ...teams] }),
  );
}

function teamSlug(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function refusal(sent: Awaited<ReturnType<Host["write"]>>): string | null {
  return sent.kind === "done" ? null : sent.detail;
}

/** What only decorates a proposal must not undo it: failures are logged. */
async function undisturbed(
  host: Host,
  what: string,
  decorateWith: () => Promise<string | null>,
): Promise<void> {
  try {
    const detail = await decorateWith();
    if (detail !== null) host.log.warn({ what, detail }, "proposal not decorated");
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    host.log.warn({ what, detail }, "proposal not decorated");
  }
}
