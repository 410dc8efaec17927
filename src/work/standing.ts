import type { Environment } from "../model/config.ts";
import type { Standing } from "../promote/gates/facts.ts";
import type { Asking } from "../promote/request.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { RunParts } from "./run-place.ts";

/** What somebody is, in the teams that an environment names. One request for each team; none where it names none. */
export async function standingOf(
  { people }: RunParts,
  known: KnownRepo,
  { request, right }: Pick<Asking, "request" | "right">,
  { allow }: Pick<Environment, "allow">,
): Promise<Standing> {
  const teams: string[] = [];
  for (const team of new Set([...allow.teams, ...allow.skip]))
    if (await people.isInTeam(known.repo, team, request.login)) teams.push(team);
  return { right, teams };
}
