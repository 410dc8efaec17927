import { z } from "zod";
import type { Target } from "../model/forge.ts";
import { type Host, inRepo } from "./host.ts";
import { type RestStep, restStep, type WriteStep } from "./write-step.ts";

/** `updateRefs` takes an id of zeros for "no such ref". */
const NO_OID = "0".repeat(40);

/** A move of one branch by compare-and-swap. */
export interface RefMove {
  readonly branch: string;
  readonly before: string;
  /** `null`: delete. */
  readonly after: string | null;
}

const Done = z.object({});

/** A new branch at `oid`. The host refuses when it exists: that is the compare-and-swap. */
export function createBranch(target: Target, branch: string, oid: string): WriteStep<true> {
  return {
    alias: "ref",
    field: "createRef",
    inputType: "CreateRefInput",
    input: { repositoryId: target.repo.nodeId, name: `refs/heads/${branch}`, oid },
    selection: "ref { name }",
    read: (payload) => (Created.safeParse(payload).success ? true : null),
    rest: (host) =>
      restStep(
        host,
        "POST /repos/{owner}/{repo}/git/refs",
        { ...inRepo(target.repo), ref: `refs/heads/${branch}`, sha: oid },
        Done.transform(() => ({ ref: { name: branch } })),
      ),
  };
}

const Created = z.object({ ref: z.object({ name: z.string() }) });

/** Moves or deletes branches, all or none, each only from where it stood. */
export function moveBranches(target: Target, moves: readonly RefMove[]): WriteStep<true> {
  return {
    alias: "refs",
    field: "updateRefs",
    inputType: "UpdateRefsInput",
    input: {
      repositoryId: target.repo.nodeId,
      refUpdates: moves.map(({ branch, before, after }) => ({
        name: `refs/heads/${branch}`,
        beforeOid: before,
        afterOid: after ?? NO_OID,
        force: after !== null,
      })),
    },
    selection: "clientMutationId",
    read: (payload) => (Done.safeParse(payload).success ? true : null),
    rest: (host) => moveOverRest(host, target, moves),
  };
}

const Ref = z.object({ object: z.object({ sha: z.string() }) });

/** REST has no compare-and-swap on refs: each is read just before it is moved. The closest an older host allows. */
async function moveOverRest(
  host: Host,
  target: Target,
  moves: readonly RefMove[],
): Promise<RestStep> {
  for (const [at, move] of moves.entries()) {
    const moved = await moveOneOverRest(host, target, move);
    if (moved.kind === "done") continue;
    return at === 0 ? moved : { kind: "unsure", detail: moved.detail };
  }
  return { kind: "done", payload: {} };
}

async function moveOneOverRest(
  host: Host,
  target: Target,
  { branch, before, after }: RefMove,
): Promise<RestStep> {
  const where = { ...inRepo(target.repo), ref: `heads/${branch}` };
  const ref = Ref.safeParse(await host.read("GET /repos/{owner}/{repo}/git/ref/{ref}", where));
  if (!ref.success || ref.data.object.sha !== before) {
    return { kind: "refused", detail: `${branch} has moved` };
  }
  const sent =
    after === null
      ? await host.write("DELETE /repos/{owner}/{repo}/git/refs/{ref}", where)
      : await host.write("PATCH /repos/{owner}/{repo}/git/refs/{ref}", {
          ...where,
          sha: after,
          force: true,
        });
  return sent.kind === "done" ? { kind: "done", payload: {} } : sent;
}
