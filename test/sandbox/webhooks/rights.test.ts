import { expect, test } from "@jest/globals";
import { webhookDesk } from "./webhook-desk.ts";

const EVENTS = ["member", "membership", "team", "organization"];

test("rights that come and go are told by GitHub's schemas, to Apps on the organisation that ask for them", async () => {
  const desk = await webhookDesk();
  const { app, recorder, repo, webhooks, world } = desk;
  const every = world.addApp({ ...app, slug: "every", events: EVENTS });
  const elsewhere = world.addApp({ ...app, slug: "elsewhere", events: EVENTS });
  world.addOrganization("other");
  await world.createRepo("acme", "second");
  world.install(every.id, "acme", ["second"]);
  world.install(elsewhere.id, "other", "all");
  const hook = webhooks.addHook({
    ...{ owner: "acme", repo: null, url: "http://127.0.0.1:1/org", secret: "s", events: EVENTS },
  });
  world.addTeam("acme", "ops", ["wim"]);
  world.addTeam("acme", "on-call", ["wanda"], ["rita"], "ops");

  world.setPermission(repo, "rita", "triage", "olga");
  world.setPermission(repo, "rita", "maintain", "olga");
  world.setPermission(repo, "rita", "none", "olga");
  world.joinTeam("acme", "on-call", "rita", "olga");
  world.leaveTeam("acme", "on-call", "rita", "olga");
  world.setTeamPermission(repo, "on-call", "read", "olga");
  world.setTeamPermission(repo, "on-call", "write", "olga");
  world.setTeamPermission(repo, "on-call", "none", "olga");
  await webhooks.idle();
  world.deleteTeam("acme", "ops", "olga");
  world.removeMember("acme", "wanda", "olga");
  await webhooks.idle();

  expect(recorder.complaints).toEqual([]);
  const told = (id: number) =>
    webhooks.deliveries(id).flatMap(({ action, event }) => {
      return event === "installation" ? [] : `${event}.${action}`;
    });
  const ofOrganisation = [
    ...["membership.added", "membership.removed"],
    ...["added_to_repository", "edited", "removed_from_repository"].map((one) => `team.${one}`),
    ...["team.deleted", "team.deleted", "organization.member_removed"],
  ];
  expect(told(every.id)).toEqual(ofOrganisation);
  expect(told(elsewhere.id)).toEqual([]);
  expect(told(hook.id)).toEqual([
    ...["member.added", "member.edited", "member.removed"],
    ...ofOrganisation,
  ]);
  const [added, edited] = webhooks.deliveries(hook.id).map(({ body }) => JSON.parse(body));
  expect(added).toMatchObject({ member: { login: "rita" }, sender: { login: "olga" } });
  expect(edited.changes).toEqual({ permission: { from: "triage", to: "maintain" } });
  const joined = webhooks.deliveries(every.id).find(({ event }) => event === "membership");
  expect(JSON.parse(joined?.body ?? "")).toMatchObject({
    team: { slug: "on-call", parent: { slug: "ops" } },
    organization: { login: "acme" },
  });
});

test("who leaves the organisation leaves its teams, and loses its repos", async () => {
  const { repo, world } = await webhookDesk();
  repo.private = true;
  const ops = world.addTeam("acme", "ops", ["wim", "wanda"]);
  world.setTeamPermission(repo, "ops", "maintain");
  expect(["wim", "wanda"].map((one) => world.permissionOf(repo, one))).toEqual([
    "maintain",
    "maintain",
  ]);
  world.removeMember("acme", "wim");
  expect([...world.membersOf(ops)]).toEqual(["wanda"]);
  expect(["wim", "wanda"].map((one) => world.permissionOf(repo, one))).toEqual([
    "none",
    "maintain",
  ]);
  expect(() => world.leaveTeam("acme", "no-such", "wanda")).toThrow("Not Found");
});
