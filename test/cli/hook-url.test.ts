import { describe, expect, test } from "@jest/globals";
import { secretProof } from "../../scripts/hook-senders.ts";
import { run } from "../../src/cli/run.ts";
import { isHookSource, sourceTable } from "../../src/normalise/sources.ts";
import { startEdge } from "../ingest/edge.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const VARIABLES = { TAGBOAT_SECRET: SECRET, TAGBOAT_URL: "https://tagboat.example.com/" };

async function tagboat(args: readonly string[], variables: Record<string, string> = VARIABLES) {
  let out = "";
  let err = "";
  const terminal = {
    variables,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  return { code: await run(args, terminal), out, err };
}

describe("tagboat", () => {
  test.each([["--help"], ["-h"], ["help"]])("%s lists the commands", async (flag) => {
    const { code, out } = await tagboat([flag]);
    expect(code).toBe(0);
    expect(out).toContain("  hook-url ");
  });

  test.each([[[]], [["hook"]], [["__proto__"]], [["constructor", "--help"]]])(
    "%j is wrong usage",
    async (args) => {
      const { code, out, err } = await tagboat(args);
      expect(code).toBe(2);
      expect(out).toBe("");
      expect(err).toContain("Usage: tagboat <command>");
    },
  );
});

describe("tagboat hook-url", () => {
  test("--help needs no settings", async () => {
    const { code, out } = await tagboat(["hook-url", "quay", "--help"], {});
    expect(code).toBe(0);
    expect(out).toContain("Usage: tagboat hook-url <source> <owner>");
  });

  test.each([
    [[]],
    [["npm", "acme"]],
    [["github", "acme"]],
    [["quay"]],
    [["quay", "acme/app"]],
    [["quay", "acme", "more"]],
    [["quay", "acme", "--what"]],
    [["quay", "acme", "--repo"]],
    [["quay", "acme", "--repo", "umbrella/cd"]],
    [["quay", "acme", "--repo", "a b"]],
    [["quay", "acme", "--image", "acme"]],
    [["quay", "acme", "--repo", "cd", "--image", "quay.io/acme"]],
    [["quay", "acme", "--scope", "images"]],
    [["quay", "acme", "--scope", "repo:"]],
    [["quay", "acme", "--scope", "owner", "--repo", "cd"]],
    [["quay", "acme", "--generation", "0"]],
    [["quay", "acme", "--url", "tagboat.example.com"]],
  ])("%j is wrong usage", async (args) => {
    const { code, out, err } = await tagboat(["hook-url", ...args]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("tagboat hook-url: ");
  });

  test.each([
    ["no secret", { TAGBOAT_URL: "https://t.example.com" }, "TAGBOAT_SECRET: "],
    ["no URL", { TAGBOAT_SECRET: SECRET }, "TAGBOAT_URL: "],
  ])("%s is a wrong setting", async (_name, variables, line) => {
    const { code, err } = await tagboat(["hook-url", "quay", "acme"], variables);
    expect(code).toBe(78);
    expect(err.startsWith(line)).toBe(true);
  });

  test("prints the URL first, alone on its line", async () => {
    const { code, out } = await tagboat(["hook-url", "quay", "Acme"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^https:\/\/tagboat\.example\.com\/hooks\/quay\/acme\/[\w-]{32}\n\nQuay: /);
  });

  test("the generation in force is used unless another is asked for", async () => {
    const raised = { ...VARIABLES, TAGBOAT_HOOK_GENERATIONS: "quay/acme=2" };
    const { out } = await tagboat(["hook-url", "quay", "acme"], raised);
    expect((await tagboat(["hook-url", "quay", "acme", "--generation", "2"])).out).toBe(out);
    const both = { ...VARIABLES, TAGBOAT_HOOK_GENERATIONS: "quay/acme=1+2" };
    expect((await tagboat(["hook-url", "quay", "acme"], both)).out).toBe(out);
    expect((await tagboat(["hook-url", "quay", "acme"])).out).not.toBe(out);
  });

  test.each(Object.keys(sourceTable).filter(isHookSource))(
    "what it prints for %s is what the edge takes",
    async (source) => {
      const edge = await startEdge();
      try {
        const scopes = [
          ["--scope", "owner"],
          ["--repo", "MyApp-CD"],
          ["--image", "Quay.io/acme/"],
          ["--scope", "image:quay.io/acme"],
        ];
        for (const scope of scopes) {
          const args = ["hook-url", source, "acme", ...scope, "--url", `${edge.url}/`];
          const { out } = await tagboat(args);
          const [url = ""] = out.split("\n");
          const { authentication } = sourceTable[source];
          const isPublic = ["url", "sns", "pub-sub"].includes(authentication.kind);
          const printed = /[A-Za-z0-9_-]{43}/.exec(out.replaceAll(url, ""))?.[0] ?? null;
          // Who signs in public is given no secret.
          expect(printed === null).toBe(isPublic);
          const body = '{"context":{"type":"a"},"subject":{"id":"a"}}';
          const letter = { source, headers: {}, body };
          const headers = secretProof(letter, printed ?? "", new Date("2026-11-22T15:00:00Z"));
          const answer = await fetch(url, { method: "POST", body: new Blob([body]), headers });
          const isKnown = authentication.kind !== "sns" && authentication.kind !== "pub-sub";
          expect(answer.status === 401).toBe(!isKnown);
          const wrong = secretProof(letter, "another", new Date("2026-11-22T15:00:00Z"));
          if (!isPublic) {
            const refused = await fetch(url, { method: "POST", body, headers: wrong });
            expect(refused.status).toBe(401);
          }
          expect(out.split(url).length).toBe(3);
        }
        if (source !== "quay") return;
        expect(edge.batches.map(([delivery]) => delivery?.scope)).toEqual([
          { kind: "owner" },
          { kind: "repo", repo: "myapp-cd" },
          { kind: "image", prefix: "quay.io/acme" },
          { kind: "image", prefix: "quay.io/acme" },
        ]);
      } finally {
        await edge.stop();
      }
    },
  );
});
