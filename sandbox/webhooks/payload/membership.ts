import type { WorldEvent } from "../../world/world-event.ts";
import { organizationPayload, teamPayload, userPayload } from "./account.ts";
import { accountNamed, type Payload, type Scope } from "./scope.ts";

type EventOf<K extends WorldEvent["kind"]> = Extract<WorldEvent, { kind: K }>;

/** Rights that changed, as GitHub tells of them. */
export function membershipContent(
  scope: Scope,
  event: EventOf<"member"> | EventOf<"membership"> | EventOf<"team"> | EventOf<"organization">,
): Payload {
  switch (event.kind) {
    case "member":
      return memberContent(scope, event);
    case "membership": {
      const team = teamPayload(scope, event.team);
      const member = userPayload(scope, accountNamed(scope, event.member));
      return { scope: "team", member, team, ...inOrganization(scope, event.team.org) };
    }
    case "team":
      return teamContent(scope, event);
    case "organization": {
      const organization = `${scope.api}/orgs/${event.org}`;
      const membership = {
        url: `${organization}/memberships/${event.member}`,
        state: "active",
        role: "member",
        organization_url: organization,
        user: userPayload(scope, accountNamed(scope, event.member)),
      };
      return { membership, ...inOrganization(scope, event.org) };
    }
  }
}

/** GitHub's older word, as `old_permission` still has it: of five roles it knows three. */
const OLDER = { admin: "admin", maintain: "write", write: "write", triage: "read", read: "read" };

function memberContent(
  scope: Scope,
  { action, from, member: login, to }: EventOf<"member">,
): Payload {
  const member = userPayload(scope, accountNamed(scope, login));
  if (action === "removed" || to === "none") return { member };
  if (action === "added")
    return { member, changes: { permission: { to: OLDER[to] }, role_name: { to } } };
  const before = from === "none" ? null : from;
  return { member, changes: { permission: { from: before, to } } };
}

function teamContent(scope: Scope, { action, from, team }: EventOf<"team">): Payload {
  const about = {
    team: teamPayload(scope, team),
    ...inOrganization(scope, team.org),
  };
  if (action !== "edited") return about;
  const push = from === "write" || from === "maintain" || from === "admin";
  const permissions = { from: { admin: from === "admin", pull: true, push } };
  return { ...about, changes: { repository: { permissions } } };
}

function inOrganization(scope: Scope, org: string): Payload {
  return { organization: organizationPayload(scope, accountNamed(scope, org)) };
}
