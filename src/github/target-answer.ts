import { z } from "zod";

/** Parse place for the answer to the target query. Only what is used; the rest is let through. */
export const Oid = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
export const Actor = z.object({ __typename: z.string(), login: z.string() }).nullable();

export const Entry = z.object({
  mode: z.number().int(),
  oid: Oid,
  object: z
    .object({ byteSize: z.number().optional(), text: z.string().nullish() })
    .nullable()
    .catch(null),
});
export type Entry = z.infer<typeof Entry>;

export const Listing = z.object({
  entries: z.array(z.object({ name: z.string() })).nullish(),
});

export const LastCommits = z.object({
  nodes: z.array(z.object({ message: z.string() }).nullable()).nullish(),
});

export const LandedCommits = z.object({
  nodes: z
    .array(
      z
        .object({
          oid: Oid,
          message: z.string(),
          committedDate: z.string(),
          parents: z.object({ nodes: z.array(z.object({ oid: Oid }).nullable()).nullish() }),
        })
        .nullable(),
    )
    .nullish(),
});

export const HeadCommit = z.object({
  oid: Oid,
  message: z.string(),
  changedFilesIfAvailable: z.number().nullable(),
  author: z.object({ user: z.object({ databaseId: z.number().nullable() }).nullable() }).nullable(),
  signature: z.object({ isValid: z.boolean(), wasSignedByGitHub: z.boolean() }).nullable(),
  parents: z.object({ nodes: z.array(z.object({ oid: Oid }).nullable()) }),
});
export type HeadCommit = z.infer<typeof HeadCommit>;

export const Pull = z.object({
  id: z.string(),
  number: z.number().int(),
  url: z.string(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  title: z.string(),
  body: z.string(),
  isDraft: z.boolean(),
  createdAt: z.string(),
  closedAt: z.string().nullable(),
  changedFiles: z.number().int(),
  mergeable: z.string(),
  baseRefName: z.string(),
  headRefOid: Oid,
  isCrossRepository: z.boolean(),
  author: Actor,
  timelineItems: z.object({
    nodes: z.array(z.object({ actor: Actor.optional() }).nullable()).nullish(),
  }),
  latestOpinionatedReviews: z
    .object({
      nodes: z
        .array(
          z
            .object({
              state: z.string(),
              submittedAt: z.string().nullable(),
              author: z.object({ __typename: z.string() }).nullable(),
              commit: z.object({ oid: Oid }).nullable(),
            })
            .nullable(),
        )
        .nullish(),
    })
    .nullable(),
  first: z.object({
    nodes: z.array(z.object({ commit: z.object({ message: z.string() }) }).nullable()).nullish(),
  }),
  commits: z.object({
    nodes: z
      .array(
        z
          .object({
            commit: z.object({
              statusCheckRollup: z.object({ state: z.string() }).nullable(),
            }),
          })
          .nullable(),
      )
      .nullish(),
  }),
});
export type Pull = z.infer<typeof Pull>;

export const Viewer = z.object({ login: z.string(), databaseId: z.number().nullable() });
export type Viewer = z.infer<typeof Viewer>;

/** A `Commit` with aliases: `f0`, `d0`, `root`, … stay unknown until the mapping asks for them. */
const AliasedCommit = z.looseObject({ oid: Oid });
export type AliasedCommit = z.infer<typeof AliasedCommit>;

const Pulls = z.object({ nodes: z.array(Pull.nullable()).nullish() });

/** A branch beside the base, under `b0`, …. */
export const BesideRef = z.object({ target: AliasedCommit.nullable() }).nullable();

export const TargetAnswer = z.object({
  viewer: Viewer,
  repository: z
    .looseObject({
      id: z.string(),
      databaseId: z.number(),
      name: z.string(),
      owner: z.object({ login: z.string() }),
      isArchived: z.boolean(),
      defaultBranchRef: z
        .object({
          name: z.string(),
          target: z.object({ file: Entry.nullish() }).nullable(),
        })
        .nullable(),
      base: z
        .object({
          name: z.string(),
          target: AliasedCommit.nullable(),
          compare: z
            .object({
              headTarget: z.object({ oid: Oid }),
              commits: z.object({
                totalCount: z.number().int(),
                nodes: z.array(HeadCommit.nullable()).nullish(),
              }),
            })
            .nullish(),
        })
        .nullable(),
      head: z.object({ target: AliasedCommit.nullable() }).nullish(),
      open: Pulls.optional(),
      ended: Pulls.optional(),
      labelled: z.object({ totalCount: z.number() }).nullish(),
      siblings: z
        .object({
          nodes: z
            .array(
              z
                .object({ prefix: z.string(), name: z.string(), associatedPullRequests: Pulls })
                .nullable(),
            )
            .nullish(),
        })
        .nullish(),
    })
    .nullable(),
});
export type TargetAnswer = z.infer<typeof TargetAnswer>;
