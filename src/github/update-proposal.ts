import { randomBytes } from "node:crypto";
import type { ProposalUpdate, Target, WriteResult } from "../model/forge.ts";
import { commitOnBranch } from "./commit-step.ts";
import type { Host } from "./host.ts";
import type { HostMemory } from "./host-memory.ts";
import { retitlePull } from "./pull-steps.ts";
import { createBranch, moveBranches } from "./ref-steps.ts";
import { runSteps } from "./write.ts";

/** Where a new commit is built before the proposal's branch is moved to it. Left-overs are swept. */
export const TEMPORARY_PREFIX = "tagboat-tmp/";

/**
 * Rebuilds the one commit of a proposal on the base: on a temporary branch first, then the head moves to it by
 * compare-and-swap. The head never stands at the base in between: GitHub would close the pull request for good.
 */
export async function updateProposal(
  host: Host,
  memory: HostMemory,
  update: ProposalUpdate,
): Promise<WriteResult<{ headOid: string }>> {
  const { target, pull, branch, commit } = update;
  const words = retitlePull(target, pull, update);
  if (commit === null) {
    const ran = await runSteps(host, memory, [words]);
    if (ran.kind === "unsure") return ran;
    return updated(pull, ran.of(words), { headOid: pull.headOid, detail: ran.detail });
  }
  const built = await buildCommit(host, memory, target, commit);
  if (built.kind === "unsure") return built;
  const { temporary, before, oid } = built.value;
  const move = moveBranches(target, [
    { branch, before, after: oid },
    { branch: temporary, before: oid, after: null },
  ]);
  const ran = await runSteps(host, memory, [move, words]);
  if (ran.kind === "unsure") return ran;
  if (ran.of(move) === null) return { kind: "unsure", detail: ran.detail };
  return updated(pull, ran.of(words), { headOid: oid, detail: ran.detail });
}

/** A pull request that a person merged or closed in the meantime carries nothing any more. */
function updated(
  pull: ProposalUpdate["pull"],
  words: { readonly open: boolean } | null,
  { headOid, detail }: { headOid: string; detail: string },
): WriteResult<{ headOid: string }> {
  if (words === null) return { kind: "unsure", detail };
  if (!words.open) return { kind: "unsure", detail: `#${pull.number} is not open any more` };
  return { kind: "done", value: { headOid } };
}

async function buildCommit(
  host: Host,
  memory: HostMemory,
  target: Target,
  { message, edits }: NonNullable<ProposalUpdate["commit"]>,
): Promise<WriteResult<{ temporary: string; before: string; oid: string }>> {
  const { base, head } = target;
  if (base === null) return { kind: "unsure", detail: "the base branch is gone" };
  if (head === null) return { kind: "unsure", detail: "the proposal's branch is gone" };
  const temporary = `${TEMPORARY_PREFIX}${randomBytes(6).toString("hex")}`;
  const commit = commitOnBranch(target, {
    branch: temporary,
    expectedHead: base.oid,
    message,
    edits,
  });
  const ran = await runSteps(host, memory, [createBranch(target, temporary, base.oid), commit]);
  if (ran.kind === "unsure") return ran;
  const oid = ran.of(commit)?.oid;
  if (oid === undefined) return { kind: "unsure", detail: ran.detail };
  return { kind: "done", value: { temporary, before: head.oid, oid } };
}
