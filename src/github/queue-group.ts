import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import type { QueueGroup } from "../model/gate-reads.ts";
import type { Document, Host } from "./host.ts";
import { compareFiles } from "./pull-files.ts";
import { readAnswer } from "./target.ts";
import { Oid } from "./target-answer.ts";

export const QUEUE_GROUP: Document = {
  what: "repository",
  text: `query QueueGroup($owner: String!, $name: String!, $base: String!, $ref: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    ref(qualifiedName: $ref) { target { oid } }
    mergeQueue(branch: $base) {
      entries(first: 100) {
        nodes { position headCommit { oid } pullRequest { number } }
      }
    }
  }
}`,
};

const Answer = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      ref: z.object({ target: z.object({ oid: Oid }).nullable() }).nullable(),
      mergeQueue: z
        .object({
          entries: z
            .object({
              nodes: z
                .array(
                  z
                    .object({
                      position: z.number().int(),
                      headCommit: z.object({ oid: Oid }).nullable(),
                      pullRequest: z.object({ number: z.number().int() }).nullable(),
                    })
                    .nullable(),
                )
                .nullish(),
            })
            .nullish(),
        })
        .nullable(),
    })
    .nullable(),
});

// gh-readonly-queue/<base>/pr-<number of the last one>-<oid of what it stands on>
const BRANCH = /^gh-readonly-queue\/(.+)\/pr-(\d+)-[0-9a-f]{40}$/;

/**
 * Which pull requests a group of the merge queue brings: each entry's commit is built on those of the entries before it
 * (https://docs.github.com, "Managing a merge queue"), so it holds all up to the one whose commit it is. `null`: not known.
 */
export async function readQueueGroup(
  host: Host,
  repo: CdRepo,
  group: { readonly oid: string; readonly branch: string },
): Promise<QueueGroup | null> {
  const [, base, last] = BRANCH.exec(group.branch) ?? [];
  if (base === undefined) return null;
  const { id, name, owner } = repo;
  const ref = `refs/heads/${base}`;
  const { repository } = readAnswer(
    await host.query(QUEUE_GROUP, { owner, name, base, ref }),
    Answer,
  );
  const tip = repository?.ref?.target?.oid;
  if (repository?.databaseId !== id || tip === undefined) return null;
  const entries = (repository.mergeQueue?.entries?.nodes ?? [])
    .filter((entry) => entry !== null)
    .toSorted((a, b) => a.position - b.position);
  const end = entries.findLastIndex(({ headCommit }) => headCommit?.oid === group.oid);
  const members = entries.slice(0, end + 1).map(({ pullRequest }) => pullRequest?.number ?? null);
  const pulls = members.filter((number) => number !== null);
  // One that is not told of, or a name that speaks of another one: not known.
  if (pulls.length !== members.length || pulls.at(-1) !== Number(last)) return null;
  const ends = { base: tip, head: group.oid, atLeast: 0 };
  const { files, filesComplete } = await compareFiles(host, repo, ends);
  return { base, pulls, files, filesComplete };
}
