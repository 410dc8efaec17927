import type { FileEdit } from "../model/change.ts";
import type { Target, WriteResult } from "../model/forge.ts";
import { commitOnBranch } from "./commit-step.ts";
import type { Host } from "./host.ts";
import type { HostMemory } from "./host-memory.ts";
import { runSteps } from "./write.ts";

/** One commit on the base branch itself, if it still stands where the target saw it. */
export async function commitToBase(
  host: Host,
  memory: HostMemory,
  { target, message, edits }: { target: Target; message: string; edits: readonly FileEdit[] },
): Promise<WriteResult<{ oid: string }>> {
  const { base } = target;
  if (base === null) return { kind: "unsure", detail: "the base branch is gone" };
  const commit = commitOnBranch(target, {
    branch: base.branch,
    expectedHead: base.oid,
    message,
    edits,
  });
  const ran = await runSteps(host, memory, [commit]);
  if (ran.kind === "unsure") return ran;
  const done = ran.of(commit);
  return done === null
    ? { kind: "unsure", detail: ran.detail }
    : { kind: "done", value: { oid: done.oid } };
}
