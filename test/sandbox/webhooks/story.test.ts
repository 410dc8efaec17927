import { expect, test } from "@jest/globals";
import { ruleset } from "../world/seeded-world.ts";
import { signatureOf, webhookDesk } from "./webhook-desk.ts";

test("open, review, push, merge: the exact events, each valid and signed", async () => {
  const desk = await webhookDesk();
  const { world, repo, app, bot, recorder, received, names } = desk;
  const pull = await desk.proposal("topic", { "env/a.yaml": "tag: 2\n" }, bot);
  await world.review(repo, "wanda", pull, { state: "APPROVED", body: "" });
  await desk.commit("topic", { "env/b.yaml": "tag: 3\n" }, bot);
  await world.mergePull(repo, "wanda", pull, { method: "merge" });
  await world.updateRefs(repo, bot, [{ name: "refs/heads/topic", after: null }]);

  expect(await names()).toEqual([
    "push",
    "push",
    "pull_request.opened",
    "pull_request_review.submitted",
    "push",
    "pull_request.synchronize",
    "push",
    "pull_request.closed",
    "push",
  ]);
  expect(recorder.complaints).toEqual([]);
  for (const one of received) {
    expect(one.headers["X-Hub-Signature-256"]).toBe(signatureOf(one, "secret"));
    expect(one.headers).toMatchObject({
      "User-Agent": expect.stringMatching(/^GitHub-Hookshot\//),
      "X-GitHub-Hook-Installation-Target-Type": "integration",
      "X-GitHub-Hook-Installation-Target-ID": String(app.id),
    });
  }
  const bodies = received.map((one) => JSON.parse(one.body));
  expect(bodies[1]).toMatchObject({
    ref: "refs/heads/topic",
    created: false,
    commits: [{ added: [], removed: [], modified: ["env/a.yaml"], author: { username: bot } }],
    pusher: { name: bot },
  });
  expect(bodies[2]).toMatchObject({
    number: 1,
    pull_request: { commits: 1, additions: 1, deletions: 1, changed_files: 1, merged: false },
    installation: { id: expect.any(Number) },
    organization: { login: "acme" },
    sender: { login: bot, type: "Bot" },
  });
  expect(bodies[3]).toMatchObject({ review: { state: "approved" }, sender: { login: "wanda" } });
  expect(bodies[5]).toMatchObject({
    after: pull.headOid,
    pull_request: { merged: false, commits: 2, head: { sha: pull.headOid } },
  });
  expect(bodies[7]).toMatchObject({
    pull_request: { merged: true, merged_by: { login: "wanda" }, state: "closed" },
  });
  expect(bodies[8]).toMatchObject({ deleted: true, after: "0".repeat(40), head_commit: null });
});

test("whatever else the world tells is valid by GitHub's schemas", async () => {
  const desk = await webhookDesk();
  const { world, repo, app, recorder, webhooks } = desk;
  app.events satisfies readonly string[];
  const every = world.addApp({
    ...app,
    slug: "every",
    events: [...app.events, "status", "merge_group", "registry_package", "package"],
  });
  const installation = world.install(every.id, "acme", "all");
  world.addTeam("acme", "ops", ["rita"]);
  repo.teams.set("ops", "write");
  webhooks.ping(every);
  const pull = await desk.proposal("topic");
  await world.label(repo, "wim", pull, ["tagboat"]);
  await world.requestReview(repo, "wim", pull, ["wanda"], ["ops"]);
  await world.editPull(repo, "wim", pull, { title: "T", body: "B", draft: true });
  await world.editPull(repo, "wim", pull, { draft: false });
  await desk.branch("production");
  await world.editPull(repo, "wim", pull, { base: "production" });
  await world.editPull(repo, "wim", pull, { base: "main" });
  await world.createStatus(repo, "wim", { oid: pull.headOid, context: "ci", state: "success" });
  const comment = await world.comment(repo, every.bot.login, pull, "hello");
  await world.editComment(repo, every.bot.login, comment, "hello again");
  const review = await world.review(repo, "wanda", pull, { state: "APPROVED", body: "fine" });
  await world.dismissReview(repo, "olga", pull, review, "no");
  await world.unlabel(repo, "wim", pull, "tagboat");
  await world.closePull(repo, "wim", pull);
  await world.reopenPull(repo, "wim", pull);
  const check = await world.createCheck(repo, every, { name: "ci", headOid: pull.headOid });
  repo.rulesets.push(ruleset({ requiredChecks: [{ context: "ci", appId: null }] }));
  await world.setAutoMerge(repo, "wim", pull, "merge");
  await world.setAutoMerge(repo, "wim", pull, null);
  await world.updateCheck(repo, every, check, { conclusion: "success", title: "ok", summary: "s" });
  await world.rerequestCheck(repo, "wim", check);
  repo.rulesets.push(
    ruleset({ mergeQueue: true, requiredChecks: [{ context: "ci", appId: null }] }),
  );
  await world.enqueue(repo, "wim", pull);
  await desk.commit("topic", { "x.yaml": "x\n" });
  for (const event of ["registry_package", "package"] as const) {
    for (const action of ["published", "updated"] as const) {
      const digest = `sha256:${"a".repeat(64)}`;
      webhooks.emitRegistryPackage({
        ...{ event, action, repo, name: "app", tag: "v1", digest },
        sender: "wim",
      });
    }
  }
  await world.createRepo("acme", "new");
  world.setInstallationRepos(installation.id, ["cd"], "olga");
  world.suspend(installation.id, true);
  world.suspend(installation.id, false);
  world.uninstall(installation.id);
  await webhooks.idle();

  expect(recorder.complaints).toEqual([]);
  const sent = webhooks.deliveries(every.id);
  const told = new Set(sent.map(({ event, action }) => (action ? `${event}.${action}` : event)));
  expect([...told].toSorted()).toEqual([
    "check_run.completed",
    "check_run.created",
    "check_run.rerequested",
    "installation.created",
    "installation.deleted",
    "installation.suspend",
    "installation.unsuspend",
    "installation_repositories.added",
    "installation_repositories.removed",
    "issue_comment.created",
    "issue_comment.edited",
    "merge_group.checks_requested",
    "package.published",
    "package.updated",
    "ping",
    ...["auto_merge_disabled", "auto_merge_enabled", "closed", "converted_to_draft"].map(
      (action) => `pull_request.${action}`,
    ),
    ...["dequeued", "edited", "enqueued", "labeled", "opened", "ready_for_review"].map(
      (action) => `pull_request.${action}`,
    ),
    ...["reopened", "review_requested", "synchronize", "unlabeled"].map(
      (action) => `pull_request.${action}`,
    ),
    "pull_request_review.dismissed",
    "pull_request_review.submitted",
    "push",
    "registry_package.published",
    "registry_package.updated",
    "status",
  ]);
  const others = webhooks.deliveries(app.id);
  expect(others.some((one) => one.action === "rerequested")).toBe(false);
});
