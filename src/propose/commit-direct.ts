import type { Target } from "../model/forge.ts";
import { renderCommitMessage } from "./commit-message.ts";
import type { DesiredProposal } from "./proposal.ts";
import type { Attempt, ProposeParts } from "./upsert.ts";

/** `delivery: commit`: the change as a commit on the base branch itself, by compare-and-swap from what was read. */
export async function commitDirectly(
  parts: ProposeParts,
  target: Target,
  desired: DesiredProposal,
): Promise<Attempt> {
  const { place } = desired;
  if (desired.edits.length === 0 || target.base === null) {
    return {
      kind: "settled",
      outcome: { kind: "skipped", place, reason: "up-to-date", detail: "the base has it" },
    };
  }
  const context = {
    repoId: target.repo.id,
    branch: target.base.branch,
    parent: target.base.oid,
    requester: null,
  };
  const message = renderCommitMessage(desired, "commit", context, parts.keys);
  const result = await parts.forge.commitToBase({ target, message, edits: desired.edits });
  return result.kind === "done"
    ? { kind: "settled", outcome: { kind: "committed", place, oid: result.value.oid } }
    : { kind: "again", detail: result.detail, at: null };
}
