import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { check, ease, replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { promotion, pushed, talk } from "../support/pinned-story.ts";
import { CONFIG, stories } from "../support/story.ts";

const { start } = stories();

const config = `version: 1
images:
  - name: quay.io/acme/*
environments:
  - name: staging
    path: components/{component}/staging
    on: push
  - name: production
    path: components/{component}/production
    after: staging
`;

function at(component: string, environment: string): string {
  return `components/${component}/${environment}/kustomization.yaml`;
}

function entry(component: string, tag: string): string {
  return `# ${component}\nimages:\n- name: quay.io/acme/${component}\n  newTag: ${tag}\n`;
}

const times: Readonly<Record<string, string>> = {
  "1.0.0": "2026-11-20T10:00:00Z",
  "1.1.0": "2026-11-21T10:00:00Z",
  "1.2.0": "2026-11-22T07:00:00Z",
};

/** Three components; staging is ahead in api and web. */
async function begin(): Promise<Harbour> {
  const files: Record<string, string> = { [CONFIG]: config };
  for (const name of ["api", "job", "web"]) {
    files[at(name, "staging")] = entry(name, name === "job" ? "1.0.0" : "1.1.0");
    files[at(name, "production")] = entry(name, "1.0.0");
  }
  const h = await start({}, { files, promotion: true });
  for (const name of ["api", "job", "web"])
    for (const [tag, created] of Object.entries(times))
      h.registry.put(`quay.io/acme/${name}`, tag, { created });
  await h.tagboat.indexes.ofOwner("acme");
  return h;
}

const TOGETHER = "/promote production api web --together";

async function promoted(h: Harbour, command = TOGETHER): Promise<{ talk: Pull; made: Pull }> {
  const pull = await talk(h);
  await say(h, "ben", pull, command);
  return { talk: pull, made: promotion(h) };
}

describe("--together", () => {
  test("brings several components in one pull request, which approvals open as a whole", async () => {
    const h = await begin();
    const { made, talk: pull } = await promoted(h);
    expect(h.open()).toHaveLength(2);
    expect(replies(h, pull)).toEqual([
      "#2 promotes `api` `1.0.0` → `1.1.0`, `web` `1.0.0` → `1.1.0` to `production` (`api`, `web`). It needs the approval of somebody with write other than `ben`. A person merges it.",
    ]);
    expect(made.title).toBe("production/api+web: 2 images (api, web)");
    expect(made.headBranch).toMatch(/^tagboat\/production\/api\.web--1\.1\.0-[0-9a-f]{8}$/);
    expect(made.body).toContain("**Promotion** of `api`, `web` to `production` from `staging`");
    expect(await h.read(made.headBranch, at("api", "production"))).toBe(entry("api", "1.1.0"));
    expect(await h.read(made.headBranch, at("web", "production"))).toBe(entry("web", "1.1.0"));
    await h.people.approve("ben", made);
    await ease(h);
    expect(check(h, made)).toMatchObject({ conclusion: "failure" });
    await h.people.approve("ann", made);
    await ease(h);
    expect(check(h, made)).toMatchObject({ conclusion: "success" });
  });

  test("without names takes all that have something to promote, and tells of the others", async () => {
    const h = await begin();
    const { made, talk: pull } = await promoted(h, "/promote production --together");
    expect(made.title).toBe("production/api+web: 2 images (api, web)");
    expect(replies(h, pull)[0]).toContain("`production/job` holds `1.0.0` already.");
  });

  test("of one component that has something is that component's own", async () => {
    const h = await begin();
    const { made } = await promoted(h, "/promote production api job --together");
    expect(made.title).toBe("production/api: api 1.0.0 → 1.1.0");
    expect(made.headBranch).toMatch(/^tagboat\/production\/api--/);
  });

  test("is refused as a whole where one of those that were named is", async () => {
    const h = await begin();
    const pull = await talk(h);
    await say(h, "ben", pull, '/tagboat ban production web version 1.1.0 --reason "leaks"');
    await say(h, "ben", pull, `${TOGETHER}`);
    expect(h.open()).toEqual([pull]);
    expect(replies(h, pull).at(-1)).toContain("Nothing is opened, since they were to go together.");
    expect(replies(h, pull).at(-1)).toContain("- `production/web`: `1.1.0` was banned");
  });

  test("the same again finds it; without `--together` each gets its own and it is closed", async () => {
    const h = await begin();
    const { made, talk: pull } = await promoted(h);
    await say(h, "ann", pull, TOGETHER);
    expect(promotion(h).number).toBe(made.number);
    await say(h, "ann", pull, "/promote production api");
    expect(made.state).toBe("closed");
    expect(promotion(h).title).toBe("production/api: api 1.0.0 → 1.1.0");
    expect(replies(h, pull).at(-1)).toContain(
      `#${made.number} is closed for it, which carried \`web\` as well: \`/promote production web\` brings that again.`,
    );
  });

  test("takes the place of what its components had by themselves", async () => {
    const h = await begin();
    const { talk: pull } = await promoted(h, "/promote production api web");
    const own = h.open().filter(({ headBranch }) => headBranch.startsWith("tagboat/"));
    expect(own).toHaveLength(2);
    await say(h, "ann", pull, TOGETHER);
    expect(own.map(({ state }) => state)).toEqual(["closed", "closed"]);
    expect(promotion(h).title).toBe("production/api+web: 2 images (api, web)");
  });

  test("is rebuilt as a whole when its base moves", async () => {
    const h = await begin();
    const { made } = await promoted(h);
    await pushed(h, "main", { [at("api", "production")]: entry("api", "0.9.0") });
    expect(made.title).toBe("production/api+web: 2 images (api, web)");
    expect(await h.read(made.headBranch, at("api", "production"))).toBe(entry("api", "1.1.0"));
    expect(await h.read(made.headBranch, at("web", "production"))).toBe(entry("web", "1.1.0"));
  });

  test("merged, one of them can go back by itself, and the other stays", async () => {
    const h = await begin();
    const { made, talk: pull } = await promoted(h);
    await h.people.merge("ann", made);
    await ease(h);
    await say(h, "ben", pull, "/rollback production web");
    const back = promotion(h);
    expect(back.title).toBe("Roll back production/web: web 1.1.0 → 1.0.0");
    expect(await h.read(back.headBranch, at("web", "production"))).toBe(entry("web", "1.0.0"));
    expect(await h.read(back.headBranch, at("api", "production"))).toBe(entry("api", "1.1.0"));
    await h.people.approve("ann", back);
    await ease(h);
    await h.people.merge("ann", back);
    await ease(h);
    // Newer ones of both lift the hold on the one that went back.
    await pushed(h, "main", {
      [at("api", "staging")]: entry("api", "1.2.0"),
      [at("web", "staging")]: entry("web", "1.2.0"),
    });
    await say(h, "ben", pull, TOGETHER);
    const again = promotion(h);
    await h.people.merge("ann", again);
    await ease(h);
    expect(replies(h, again)).toEqual([
      "Merged. It lifts the hold of the rollback by `ben` on `production/web`.",
    ]);
  });
});
