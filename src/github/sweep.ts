import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import type { Document, Host } from "./host.ts";
import { readAnswer } from "./target.ts";
import { TEMPORARY_PREFIX } from "./update-proposal.ts";

export const TEMPORARY_BRANCHES: Document = {
  what: "repository",
  text: `query TemporaryBranches($owner: String!, $name: String!, $prefix: String!) {
  repository(owner: $owner, name: $name) {
    id
    refs(refPrefix: $prefix, first: 100) {
      nodes { prefix name target { oid ... on Commit { committedDate } } }
    }
  }
}`,
};

export const DELETE_BRANCHES: Document = {
  what: "updateRefs",
  text: "mutation Sweep($refs: UpdateRefsInput!) { refs: updateRefs(input: $refs) { clientMutationId } }",
};

const Answer = z.object({
  repository: z
    .object({
      id: z.string(),
      refs: z
        .object({
          nodes: z
            .array(
              z
                .object({
                  prefix: z.string(),
                  name: z.string(),
                  target: z
                    .object({ oid: z.string(), committedDate: z.string().optional() })
                    .nullable(),
                })
                .nullable(),
            )
            .nullish(),
        })
        .nullable(),
    })
    .nullable(),
});

/**
 * Deletes what interrupted updates left: temporary branches whose commit is older than `olderThan`, at most 100, each only
 * while it stands where it was seen. One query; one mutation when there is something. What a doubtful answer leaves is
 * found by the next sweep.
 */
export async function sweep(host: Host, repo: CdRepo, olderThan: Date): Promise<number> {
  const prefix = `refs/heads/${TEMPORARY_PREFIX}`;
  const { repository } = readAnswer(
    await host.query(TEMPORARY_BRANCHES, { owner: repo.owner, name: repo.name, prefix }),
    Answer,
  );
  const old = (repository?.refs?.nodes ?? []).flatMap((ref) => {
    const target = ref?.target ?? null;
    if (ref === null || target === null) return [];
    const since = Date.parse(target.committedDate ?? "");
    return since < olderThan.getTime()
      ? [{ name: `${ref.prefix}${ref.name}`, oid: target.oid }]
      : [];
  });
  if (repository === null || old.length === 0) return 0;
  const result = await host.mutate(DELETE_BRANCHES, {
    refs: {
      repositoryId: repository.id,
      refUpdates: old.map(({ name, oid }) => ({
        name,
        beforeOid: oid,
        afterOid: "0".repeat(40),
      })),
    },
  });
  if ("kind" in result || result.errors.length > 0) {
    host.log.warn({ repo: `${repo.owner}/${repo.name}` }, "temporary branches not swept");
    return 0;
  }
  return old.length;
}
