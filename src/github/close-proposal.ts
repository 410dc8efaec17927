import type { PullState, Target, WriteResult } from "../model/forge.ts";
import type { Host } from "./host.ts";
import type { HostMemory } from "./host-memory.ts";
import { closePull, commentOnPull } from "./pull-steps.ts";
import { moveBranches } from "./ref-steps.ts";
import type { GraphqlError } from "./request-error.ts";
import { runSteps, type Written } from "./write.ts";
import type { WriteStep } from "./write-step.ts";

/**
 * Closes a pull request, says why, and deletes its branch, in one document. A branch that has moved stays: that is done too,
 * since what moved it is not ours to delete. A comment that fails is logged, not repeated.
 */
export async function closeProposal(
  host: Host,
  memory: HostMemory,
  request: {
    target: Target;
    pull: PullState | null;
    comment: string | null;
    branch: string;
    headOid: string | null;
  },
): Promise<WriteResult<null>> {
  const { target, pull, branch, headOid } = request;
  const close = pull === null ? null : closePull(target, pull);
  const comment =
    pull === null || request.comment === null ? null : commentOnPull(target, pull, request.comment);
  const remove =
    headOid === null ? null : moveBranches(target, [{ branch, before: headOid, after: null }]);
  const steps: WriteStep<true>[] = [close, comment, remove].filter((step) => step !== null);
  if (steps.length === 0) return { kind: "done", value: null };
  const ran = await runSteps(host, memory, steps);
  if (ran.kind === "unsure") return ran;
  if (missing(ran, close)) return { kind: "unsure", detail: ran.detail };
  if (missing(ran, comment)) host.log.warn({ detail: ran.detail }, "closed without its comment");
  if (missing(ran, remove) && !ran.errors.some(saysMoved)) {
    return { kind: "unsure", detail: ran.detail };
  }
  return { kind: "done", value: null };
}

function missing(ran: Written, step: WriteStep<true> | null): boolean {
  return step !== null && ran.of(step) === null;
}

// A compare-and-swap that found another commit, or no branch any more.
function saysMoved({ type, message }: GraphqlError): boolean {
  if (type === "UNPROCESSABLE" || type === "STALE_DATA" || type === "NOT_FOUND") return true;
  return /has moved|does not exist|but it did not/i.test(message);
}
