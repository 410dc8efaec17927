import { describe, expect, test } from "@jest/globals";
import { webhookDesk } from "./webhook-desk.ts";

describe("who is told", () => {
  test("nobody where the App is not installed or suspended; its own installation events always", async () => {
    const { world, repo, app, names, proposal } = await webhookDesk();
    const other = await world.createRepo("acme", "other", { files: { a: "a" } });
    const after = await other.store.readRef("refs/heads/main");
    await world.updateRefs(other, "olga", [{ name: "refs/heads/x", before: null, after }]);
    const [installation] = world.installations.values();
    world.suspend(installation?.id ?? 0, true);
    const pull = await proposal("topic");
    await world.closePull(repo, "wim", pull);
    expect(await names()).toEqual(["installation.suspend"]);
    expect(app.events).not.toContain("installation");
  });

  test("a repo's and an organisation's own hooks hear what they asked for", async () => {
    const { webhooks, repo, received, names } = await webhookDesk();
    const events = ["registry_package"];
    const common = { owner: "acme", secret: "s", events };
    webhooks.addHook({ ...common, repo: "cd", url: "http://127.0.0.1:2/repo" });
    webhooks.addHook({ ...common, repo: null, url: "http://127.0.0.1:2/org", secret: "" });
    webhooks.addHook({ ...common, repo: "else", url: "http://127.0.0.1:2/else" });
    const digest = `sha256:${"b".repeat(64)}`;
    webhooks.emitRegistryPackage({
      event: "registry_package",
      action: "published",
      ...{ repo, name: "app", tag: "v2", digest, sender: "wim" },
    });
    expect(await names()).toEqual(["registry_package.published", "registry_package.published"]);
    expect(
      received.map((one) => [one.url, one.headers["X-Hub-Signature-256"] !== undefined]),
    ).toEqual([
      ["http://127.0.0.1:2/repo", true],
      ["http://127.0.0.1:2/org", false],
    ]);
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
      registry_package: {
        package_type: "CONTAINER",
        package_version: {
          container_metadata: { tag: { name: "v2", digest } },
          package_url: "ghcr.io/acme/app:v2",
        },
      },
      repository: { full_name: "acme/cd" },
    });
  });
});

test("a payload tells the state at the event, however late it is built", async () => {
  const { world, repo, proposal, received, webhooks } = await webhookDesk();
  const pull = await proposal("topic");
  const editing = world.editPull(repo, "wim", pull, { title: "Later" });
  await editing;
  await webhooks.idle();
  const titles = received.map((one) => JSON.parse(one.body).pull_request?.title);
  expect(titles.filter((title) => title !== undefined)).toEqual(["Open topic", "Later"]);
});

describe("the log", () => {
  test("keeps what failed, and sends it again under the same GUID", async () => {
    const { app, answers, branch, received, webhooks } = await webhookDesk();
    answers.push(500);
    await branch("topic");
    await webhooks.idle();
    const [failed] = webhooks.deliveries(app.id);
    expect(failed).toMatchObject({
      event: "push",
      action: null,
      status: "Invalid HTTP Response: 500",
      statusCode: 500,
      redelivery: false,
    });
    const again = await webhooks.redeliver(failed?.id ?? 0);
    expect(again).toMatchObject({ status: "OK", statusCode: 202, redelivery: true });
    expect(again?.guid).toBe(failed?.guid);
    expect(received[1]).toEqual(received[0]);
    expect(await webhooks.redeliver(4711)).toBeNull();
  });

  test.each<[string, number | Error, string, number]>([
    ["nobody there", new TypeError("fetch failed"), "failed to connect to host", 502],
    ["too slow", new DOMException("slow", "TimeoutError"), "timed out", 504],
    ["a proxy's answer", 502, "Invalid HTTP Response: 502", 502],
  ])("tells how it ended: %s", async (_name, answer, status, statusCode) => {
    const { app, answers, branch, webhooks } = await webhookDesk();
    answers.push(answer);
    await branch("topic");
    await webhooks.idle();
    expect(webhooks.deliveries(app.id)).toMatchObject([{ status, statusCode }]);
  });

  test("does not carry on about a world that was left", async () => {
    const { branch, webhooks, received } = await webhookDesk();
    webhooks.stop();
    await branch("topic");
    await webhooks.idle();
    expect(received).toEqual([]);
  });
});

describe("faults", () => {
  test("lost: nothing arrives, the log says so, and redelivery mends it", async () => {
    const { app, faults, branch, received, webhooks } = await webhookDesk();
    faults.arm({ fault: { kind: "webhook-lost" }, at: "push" });
    await branch("topic");
    await webhooks.idle();
    expect(received).toEqual([]);
    const [lost] = webhooks.deliveries(app.id);
    expect(lost).toMatchObject({ status: "failed to connect to host", statusCode: 502 });
    await webhooks.redeliver(lost?.id ?? 0);
    expect(received).toHaveLength(1);
  });

  test("doubled: the same GUID twice", async () => {
    const { faults, branch, received, webhooks } = await webhookDesk();
    faults.arm({ fault: { kind: "webhook-doubled" }, at: "push" });
    await branch("topic");
    await webhooks.idle();
    expect(received).toHaveLength(2);
    expect(received[1]).toEqual(received[0]);
  });

  test("late: what comes after overtakes it", async () => {
    const { world, repo, faults, proposal, onArrival, waiting, webhooks, names } =
      await webhookDesk();
    const pull = await proposal("topic");
    await webhooks.idle();
    faults.arm({ fault: { kind: "webhook-late", ms: 60_000 }, at: "issue_comment" });
    onArrival.push((name) => {
      if (name === "pull_request.closed") for (const end of waiting) end();
    });
    await world.comment(repo, "wim", pull, "/promote prod");
    await world.closePull(repo, "wim", pull);
    expect((await names()).slice(-2)).toEqual(["pull_request.closed", "issue_comment.created"]);
  });
});
