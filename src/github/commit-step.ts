import { Buffer } from "node:buffer";
import { z } from "zod";
import type { FileEdit } from "../model/change.ts";
import type { Target } from "../model/forge.ts";
import { type Host, inRepo } from "./host.ts";
import { type RestStep, restStep, type WriteStep } from "./write-step.ts";

/** One commit on a branch that stands at `expectedHead`. The host writes and signs it in the name of our App. */
export function commitOnBranch(
  target: Target,
  commit: {
    readonly branch: string;
    readonly expectedHead: string;
    readonly message: string;
    readonly edits: readonly FileEdit[];
  },
): WriteStep<{ readonly oid: string }> {
  return {
    alias: "commit",
    field: "createCommitOnBranch",
    inputType: "CreateCommitOnBranchInput",
    input: {
      branch: {
        repositoryNameWithOwner: `${target.repo.owner}/${target.repo.name}`,
        branchName: commit.branch,
      },
      expectedHeadOid: commit.expectedHead,
      message: splitMessage(commit.message),
      fileChanges: {
        additions: commit.edits.map(({ path, text }) => ({
          path,
          contents: Buffer.from(text).toString("base64"),
        })),
      },
    },
    selection: "commit { oid }",
    read: (payload) => {
      const committed = Committed.safeParse(payload);
      return committed.success ? committed.data.commit : null;
    },
    rest: (host) => commitOverRest(host, target, commit),
  };
}

const Committed = z.object({ commit: z.object({ oid: z.string() }) });

function splitMessage(message: string): { headline: string; body?: string } {
  const [headline = "", ...rest] = message.split("\n");
  const body = rest.join("\n").replace(/^\n+/, "");
  return body === "" ? { headline } : { headline, body };
}

const Sha = z.object({ sha: z.string() });

/** Tree, commit, ref: without `force` the ref moves only forward from `expectedHead`, so a branch that moved is safe. */
async function commitOverRest(
  host: Host,
  target: Target,
  commit: {
    readonly branch: string;
    readonly expectedHead: string;
    readonly message: string;
    readonly edits: readonly FileEdit[];
  },
): Promise<RestStep> {
  const where = inRepo(target.repo);
  const tree = await restStep(
    host,
    "POST /repos/{owner}/{repo}/git/trees",
    {
      ...where,
      base_tree: commit.expectedHead,
      tree: commit.edits.map(({ path, text }) => ({
        path,
        mode: modeAt(target, path),
        type: "blob",
        content: text,
      })),
    },
    Sha,
  );
  if (tree.kind !== "done") return tree;
  const made = await restStep(
    host,
    "POST /repos/{owner}/{repo}/git/commits",
    { ...where, message: commit.message, tree: tree.payload.sha, parents: [commit.expectedHead] },
    Sha,
  );
  if (made.kind !== "done") return made;
  const { sha } = made.payload;
  return await restStep(
    host,
    "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
    { ...where, ref: `heads/${commit.branch}`, sha, force: false },
    z.object({}).transform(() => ({ commit: { oid: sha } })),
  );
}

function modeAt(target: Target, path: string): string {
  const file = target.files.get(path);
  return file?.kind === "text" ? file.mode : "100644";
}
