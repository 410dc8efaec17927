import { z } from "zod";
import { CONFIG_PATH } from "../model/config.ts";
import type { CdRepo, FileState } from "../model/forge.ts";
import { FILE_FRAGMENT } from "./fragments.ts";
import type { Document, Host } from "./host.ts";
import { readAnswer, readFiles } from "./target.ts";
import { Entry } from "./target-answer.ts";

export const CONFIG_CHANGE: Document = {
  what: "repository",
  text: `query ConfigChange($owner: String!, $name: String!, $number: Int!, $config: String!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      state
      headRefOid
      baseRef { target { ... on Commit { file(path: $config) { ...File } } } }
      commits(last: 1) { nodes { commit { oid file(path: $config) { ...File } } } }
    }
  }
}
${FILE_FRAGMENT}`,
};

const Answer = z.object({
  repository: z
    .object({
      pullRequest: z
        .object({
          state: z.string(),
          headRefOid: z.string(),
          baseRef: z.object({ target: z.object({ file: Entry.nullish() }).nullable() }).nullable(),
          commits: z.object({
            nodes: z
              .array(
                z
                  .object({ commit: z.object({ oid: z.string(), file: Entry.nullish() }) })
                  .nullable(),
              )
              .nullish(),
          }),
        })
        .nullable(),
    })
    .nullable(),
});

/** The config at both ends of a pull request, in one request. `null`: the repo or the pull request is gone. */
export async function readConfigChange(
  host: Host,
  repo: CdRepo,
  number: number,
): Promise<{
  readonly headOid: string;
  readonly base: FileState;
  readonly head: FileState;
  readonly state: "open" | "closed";
} | null> {
  const answer = await host.query(CONFIG_CHANGE, {
    owner: repo.owner,
    name: repo.name,
    number,
    config: CONFIG_PATH,
  });
  const pull = readAnswer(answer, Answer).repository?.pullRequest ?? null;
  if (pull === null) return null;
  const commit = pull.commits.nodes?.at(-1)?.commit;
  const absent: FileState = { kind: "absent", path: CONFIG_PATH };
  const [base = absent, head = absent] = await readFiles(host, repo, [
    [CONFIG_PATH, pull.baseRef?.target?.file ?? null],
    [CONFIG_PATH, commit?.file ?? null],
  ]);
  const state = pull.state === "OPEN" ? "open" : "closed";
  return { headOid: commit?.oid ?? pull.headRefOid, base, head, state };
}
