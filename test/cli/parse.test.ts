import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { run } from "../../src/cli/run.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tagboat-parse-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

async function parse(args: readonly string[], variables: Record<string, string> = {}) {
  let [out, err] = ["", ""];
  const code = await run(["parse", ...args], {
    variables,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

const PUSH = { docker_url: "quay.io/acme/app", updated_tags: ["v1", DIGEST] };
const NEXUS = {
  repositoryName: "hosted",
  action: "CREATED",
  component: { format: "docker", name: "app", version: "v1" },
};
const RUN = {
  taskRun: {
    metadata: { name: "build" },
    status: {
      conditions: [{ type: "Succeeded", status: "True" }],
      taskResults: [
        { name: "A_IMAGE_URL", value: "quay.io/acme/app:v1" },
        { name: "B_IMAGE_URL", value: "quay.io/acme/untagged" },
        { name: "B_IMAGE_DIGEST", value: DIGEST },
      ],
    },
  },
};

describe("tagboat parse", () => {
  test("tells events and why the rest is dropped", async () => {
    const args = ["--source", "quay", file("quay.json", PUSH)];
    expect(await parse(args)).toEqual({
      code: 0,
      err: "",
      out: `event    quay.io/acme/app:v1\ndropped  untagged: quay.io/acme/app:${DIGEST}\n`,
    });
    const { out } = await parse([...args, "--json"]);
    expect(JSON.parse(out)).toEqual({
      events: [{ image: "quay.io/acme/app", tag: "v1", digest: null }],
      dropped: [{ reason: "untagged", what: `quay.io/acme/app:${DIGEST}` }],
    });
  });

  test("takes the source's options, and else those of the server's settings", async () => {
    const payload = file("nexus.json", NEXUS);
    const options = file("options.json", { registry_host: { hosted: "nexus.example.com:8082" } });
    const given = await parse(["--source", "nexus", "--options", options, payload]);
    expect(given.out).toBe("event    nexus.example.com:8082/app:v1\n");
    const sources = file(
      "sources.yml",
      "sources: { nexus: { registry_host: a.example }, nexus/acme: { registry_host: b.example } }",
    );
    const variables = { TAGBOAT_SOURCES: sources };
    const { out } = await parse(["--source", "nexus", payload], variables);
    expect(out).toBe("event    a.example/app:v1\n");
    const acme = await parse(["--source", "nexus", "--owner", "Acme", payload], variables);
    expect(acme.out).toBe("event    b.example/app:v1\n");
    expect((await parse(["--source", "nexus", payload])).out).toContain("image-unreadable");
  });

  test("takes headers as JSON or as lines", async () => {
    const payload = file("zot.json", { name: "app", reference: "v1" });
    const own = file("zot-options.yml", "registry_host: zot.example.com");
    const json = file("headers.json", { "Ce-Type": "zotregistry.image.updated" });
    const lines = file("headers.txt", "POST / HTTP/1.1\r\nCe-Type: zotregistry.image.updated\r\n");
    for (const headers of [json, lines]) {
      const args = ["--source", "zot", "--headers", headers, "--options", own, payload];
      expect((await parse(args)).out).toBe("event    zot.example.com/app:v1\n");
    }
  });

  test("reads task runs unless the settings say otherwise; what has no tag is told", async () => {
    const payload = file("run.json", RUN);
    const type = file("ce.json", { "ce-type": "dev.tekton.event.taskrun.successful.v1" });
    const args = ["--source", "tekton", "--headers", type, payload];
    expect((await parse(args)).out).toBe(
      `event    quay.io/acme/app:v1\ndropped  untagged: quay.io/acme/untagged@${DIGEST}\n`,
    );
    const { out } = await parse(args, { TAGBOAT_TEKTON_TASK_RUNS: "false" });
    expect(out).toContain("source-not-used");
  });

  test("a body that cannot be read", async () => {
    const { code, out } = await parse(["--source", "quay", "--json", file("no.json", "no")]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      events: [],
      dropped: [{ reason: "unreadable", what: "the body is no JSON" }],
    });
  });

  test("wrong usage and wrong settings", async () => {
    const payload = file("quay.json", PUSH);
    const rows: (readonly [readonly string[], string])[] = [
      [[], "--source must be"],
      [["--source", "npm", payload], "--source must be"],
      [["--source", "quay"], "give one file"],
      [["--source", "quay", payload, payload], "give one file"],
      [["--source", "quay", join(folder, "none")], "cannot be read"],
      [["--source", "quay", "--what", payload], "--what"],
      [["--source", "quay", "--headers", file("h.json", "{"), payload], "no JSON object"],
      [["--source", "quay", "--options", file("o.yml", "hosts: 1"), payload], "--options: "],
      [["--source", "quay", "--options", file("p.yml", "[1"), payload], "neither JSON nor YAML"],
    ];
    for (const [args, why] of rows) {
      const { code, err, out } = await parse(args);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain(why);
    }
    const broken = { TAGBOAT_SOURCES: join(folder, "none.yml") };
    expect(await parse(["--source", "quay", payload], broken)).toEqual({
      code: 78,
      out: "",
      err: "TAGBOAT_SOURCES: the file cannot be read\n",
    });
  });
});
