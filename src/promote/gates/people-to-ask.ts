import type { Environment } from "../../model/config.ts";
import { latestReviews } from "./approvals.ts";
import type { GateFacts, Person } from "./facts.ts";

/** Whose standing decides, and the teams that are asked after: what {@link GateFacts.people} has to hold. */
export function peopleToAsk(facts: Omit<GateFacts, "people">): {
  readonly people: readonly Person[];
  readonly teams: readonly string[];
} {
  const { pull } = facts;
  const people: Person[] = latestReviews(pull.reviews)
    .filter(({ author, state, commitOid }) => {
      const telling = state === "approved" ? commitOid === pull.head.oid : state !== "dismissed";
      return telling && !author.isBot;
    })
    .map(({ author }) => author);
  const { origin, places, config } = facts;
  if ("requester" in origin && origin.requester !== null) people.push(origin.requester);
  for (const { skip, overrides } of places) {
    people.push(...overrides.map(({ by }) => by), ...(skip === null ? [] : [skip.by]));
  }
  const environments = [
    ...places.map(({ environment }) => environment),
    ...(config?.before.environments ?? []),
  ];
  return {
    people: [...new Map(people.map(({ id, login }) => [id, { id, login }])).values()],
    teams: [...new Set(environments.flatMap(teamsOf))].sort(),
  };
}

function teamsOf({ approvals, allow, freeze }: Environment): string[] {
  const overriders = freeze.flatMap(({ override }) => override?.teams ?? []);
  return [...approvals.teams, ...allow.teams, ...allow.skip, ...overriders];
}
