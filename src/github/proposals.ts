import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import type { ProposalOfBranch } from "../model/host-history.ts";
import type { Document, Host } from "./host.ts";
import { isViewer } from "./pull-state.ts";
import { readAnswer } from "./target.ts";
import { Actor, Viewer } from "./target-answer.ts";

const HEADS = "refs/heads/";
const PREFIX = `${HEADS}tagboat/`;

// By our branches, not by the repo's open pull requests: other bots leave those in the thousands.
export const PROPOSALS: Document = {
  what: "viewer+repository",
  text: `query Proposals($owner: String!, $name: String!, $prefix: String!, $after: String) {
  viewer { login databaseId }
  repository(owner: $owner, name: $name) {
    databaseId
    refs(refPrefix: $prefix, first: 100, after: $after) {
      nodes {
        prefix
        name
        target { oid }
        open: associatedPullRequests(states: [OPEN], first: 10) { nodes { ...Proposal } }
        over: associatedPullRequests(
          states: [MERGED, CLOSED]
          first: 1
          orderBy: { field: CREATED_AT, direction: DESC }
        ) { nodes { ...Proposal } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
fragment Proposal on PullRequest {
  number
  baseRefName
  headRefOid
  isCrossRepository
  author { __typename login }
}`,
};

const Pull = z.object({
  number: z.number().int(),
  baseRefName: z.string(),
  headRefOid: z.string(),
  isCrossRepository: z.boolean(),
  author: Actor,
});
const Pulls = z.object({ nodes: z.array(Pull.nullable()).nullish() });
const Ref = z.object({
  prefix: z.string(),
  name: z.string(),
  target: z.object({ oid: z.string() }).nullable(),
  open: Pulls,
  over: Pulls,
});

const Answer = z.object({
  viewer: Viewer,
  repository: z
    .object({
      databaseId: z.number(),
      refs: z
        .object({
          nodes: z.array(Ref.nullable()).nullish(),
          pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        })
        .nullable(),
    })
    .nullable(),
});

/**
 * Pull requests of our App from `tagboat/*` of the repo itself, by branch name; one query for each hundred such branches.
 * None: also when the repo is gone, or another one has taken its name.
 */
export async function proposals(host: Host, repo: CdRepo): Promise<readonly ProposalOfBranch[]> {
  const found: ProposalOfBranch[] = [];
  let after: string | null = null;
  do {
    const page = await pageOf(host, repo, after);
    found.push(...page.proposals);
    after = page.next;
  } while (after !== null);
  return found;
}

async function pageOf(
  host: Host,
  { owner, name, id }: CdRepo,
  after: string | null,
): Promise<{ readonly proposals: readonly ProposalOfBranch[]; readonly next: string | null }> {
  const variables = { owner, name, prefix: PREFIX, after };
  const { viewer, repository } = readAnswer(await host.query(PROPOSALS, variables), Answer);
  if (repository?.databaseId !== id || repository.refs === null)
    return { proposals: [], next: null };
  const { nodes, pageInfo } = repository.refs;
  const refs = (nodes ?? []).filter((ref) => ref !== null);
  const found = refs.flatMap((ref) => proposalsOf(ref, viewer));
  return { proposals: found, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

function proposalsOf(
  { name, open, over, prefix, target }: z.infer<typeof Ref>,
  viewer: Viewer,
): readonly ProposalOfBranch[] {
  const branch = `${prefix}${name}`.slice(HEADS.length);
  const inState = (state: ProposalOfBranch["state"], { nodes }: z.infer<typeof Pulls>) =>
    (nodes ?? []).flatMap((pull) => {
      if (pull === null || pull.isCrossRepository || !isViewer(pull.author, viewer)) return [];
      if (state === "over" && pull.headRefOid !== target?.oid) return [];
      return [{ number: pull.number, branch, base: pull.baseRefName, state }];
    });
  // An open one that is not ours uses the branch all the same.
  const isFree = (open.nodes ?? []).length === 0;
  return [...inState("open", open), ...(isFree ? inState("over", over) : [])];
}
