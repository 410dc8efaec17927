import * as z from "zod";

/** What people may has changed: in one repo, or in all of an owner's (`repo` `null`). Names in lower case. */
export interface RightsNews {
  readonly kind: "rights";
  readonly owner: string;
  readonly repo: string | null;
  readonly why: string;
}

const rights = z.object({
  action: z.string(),
  repository: z.object({ full_name: z.string() }).nullish(),
  organization: z.object({ login: z.string() }).nullish(),
});

const WHAT: Readonly<Record<string, string>> = {
  member: "a collaborator",
  membership: "a member of a team",
  team: "a team",
  organization: "a member of the organisation",
};

/**
 * A collaborator, team or member came, went or may do something else. Whom it concerns, and whether more than before or less, is not
 * believed: GitHub is asked when the pull requests are judged. A team that moved in a repo concerns that repo; whoever moved in a team
 * concerns every repo, since a team may have been given any, and may be nested in another that was.
 */
export function readRights(payload: unknown, event: string): readonly RightsNews[] {
  const read = rights.safeParse(payload);
  if (!read.success) return [];
  const { action, organization, repository } = read.data;
  const repo = repository?.full_name.toLowerCase() ?? null;
  const owner = repo?.split("/")[0] ?? organization?.login.toLowerCase();
  if (owner === undefined) return [];
  const why = `${WHAT[event] ?? "somebody"} was ${action.replace(/^member_/, "").replaceAll("_", " ")}`;
  return [{ kind: "rights", owner, repo, why }];
}
