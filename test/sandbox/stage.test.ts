import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { createStage, type Stage } from "../../sandbox/stage.ts";

let dir: string;
let stage: Stage;
const sent: string[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "stage-"));
  sent.length = 0;
});

afterEach(async () => {
  await stage.close();
  await rm(dir, { recursive: true, force: true });
});

function open(stores: "memory" | "bare"): Stage {
  return createStage({
    stores: stores === "memory" ? "memory" : { dir },
    baseUrl: "http://github.test",
    now: () => new Date("2026-03-01T10:00:00Z"),
    send: async (_url, headers) => {
      sent.push(`${headers["X-GitHub-Event"]}`);
      return { status: 202 };
    },
  });
}

test.each(["memory", "bare"] as const)(
  "a push in %s is told to the App, and REST lists it",
  async (stores) => {
    stage = open(stores);
    const { world, github, webhooks } = stage;
    world.addOrganization("acme");
    world.addUser("ann");
    const repo = await world.createRepo("acme", "cd", { files: { a: "1\n" } });
    world.setPermission(repo, "ann", "write");
    const app = world.addApp({
      slug: "tagboat",
      publicKey: "",
      webhookUrl: "http://app.test/hook",
      webhookSecret: "s",
      permissions: { metadata: "read", contents: "read" },
      events: ["push"],
    });
    world.install(app.id, "acme", "all");
    const url = "http://github.test/api/v3/repos/acme/cd/contents/b";
    const answer = await github.fetch(
      new Request(url, {
        method: "PUT",
        headers: { authorization: `Bearer ${github.tokens.forPerson("ann")}` },
        body: JSON.stringify({ message: "m", content: "YQ==" }),
      }),
    );
    await webhooks.idle();
    expect([answer.status, sent, stage.recorder.complaints]).toEqual([
      201,
      ["installation", "push"],
      [],
    ]);
    expect(stage.bareOf(repo)?.dir).toBe(stores === "memory" ? undefined : join(dir, "1.git"));
    expect(webhooks.deliveries(app.id).map((d) => d.statusCode)).toEqual([202, 202]);
  },
);
