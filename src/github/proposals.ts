import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import type { HostHistory } from "../model/host-history.ts";
import type { Document, Host } from "./host.ts";
import { isViewer } from "./pull-state.ts";
import { readAnswer } from "./target.ts";
import { Actor, Viewer } from "./target-answer.ts";

type OpenProposals = Awaited<ReturnType<HostHistory["openProposals"]>>;

const HEADS = "refs/heads/";
const PREFIX = `${HEADS}tagboat/`;

// By our branches, not by the repo's open pull requests: other bots leave those in the thousands.
export const OPEN_PROPOSALS: Document = {
  what: "viewer+repository",
  text: `query OpenProposals($owner: String!, $name: String!, $prefix: String!, $after: String) {
  viewer { login databaseId }
  repository(owner: $owner, name: $name) {
    databaseId
    refs(refPrefix: $prefix, first: 100, after: $after) {
      nodes {
        prefix
        name
        associatedPullRequests(states: [OPEN], first: 10) {
          nodes { number baseRefName isCrossRepository author { __typename login } }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
};

const Ref = z.object({
  prefix: z.string(),
  name: z.string(),
  associatedPullRequests: z.object({
    nodes: z
      .array(
        z
          .object({
            number: z.number().int(),
            baseRefName: z.string(),
            isCrossRepository: z.boolean(),
            author: Actor,
          })
          .nullable(),
      )
      .nullish(),
  }),
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
 * Open pull requests of our App from `tagboat/*` of the repo itself, by branch name; one query for each hundred such
 * branches. None: also when the repo is gone, or another one has taken its name.
 */
export async function openProposals(host: Host, repo: CdRepo): Promise<OpenProposals> {
  const found: OpenProposals[number][] = [];
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
): Promise<{ readonly proposals: OpenProposals; readonly next: string | null }> {
  const variables = { owner, name, prefix: PREFIX, after };
  const { viewer, repository } = readAnswer(await host.query(OPEN_PROPOSALS, variables), Answer);
  if (repository?.databaseId !== id || repository.refs === null)
    return { proposals: [], next: null };
  const { nodes, pageInfo } = repository.refs;
  const refs = (nodes ?? []).filter((ref) => ref !== null);
  const proposals = refs.flatMap((ref) => proposalsOf(ref, viewer));
  return { proposals, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

function proposalsOf(ref: z.infer<typeof Ref>, viewer: Viewer): OpenProposals {
  const branch = `${ref.prefix}${ref.name}`.slice(HEADS.length);
  return (ref.associatedPullRequests.nodes ?? []).flatMap((pull) => {
    if (pull === null || pull.isCrossRepository || !isViewer(pull.author, viewer)) return [];
    return [{ number: pull.number, branch, base: pull.baseRefName }];
  });
}
