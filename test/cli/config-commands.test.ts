import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { run } from "../../src/cli/run.ts";

const folder = mkdtempSync(join(tmpdir(), "tagboat-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function tagboat(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const terminal = {
    variables: {},
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
  };
  return { code: await run(args, terminal), ...said };
}

describe("tagboat check-config", () => {
  test("tells what is wrong by line, and how much was read", async () => {
    const file = join(folder, "good.yml");
    writeFileSync(
      file,
      "version: 1\nimages: [{ name: quay.io/acme/app }]\nenvironments:\n  - { name: dev, path: env/dev, on: push, soak: 1h }\n",
    );
    const { code, out } = await tagboat("check-config", file);
    expect(out).toMatch(/good\.yml:4:\d+: waiting: `soak`.*\n.*1 image rules, 1 environments\n$/s);
    expect(code).toBe(0);
  });

  test("a config that cannot be used is exit 1", async () => {
    const file = join(folder, "bad.yml");
    writeFileSync(file, "version: 1\nimages: []\nenviroments: []\n");
    const { code, out } = await tagboat("check-config", file);
    expect(out).toContain('Did you mean "environments"');
    expect(code).toBe(1);
  });

  test("says that it follows no _extends", async () => {
    const file = join(folder, "extending.yml");
    writeFileSync(file, "_extends: base\nversion: 1\n");
    const { code, out } = await tagboat("check-config", file);
    expect(out).toMatch(/^.*: note: `_extends` is not followed here/);
    expect(code).toBe(1);
  });

  test.each([[["check-config", "nowhere.yml"]], [["check-config", "a", "b"]], [["schema", "x"]]])(
    "%j is wrong usage",
    async (args) => {
      const { code, out, err } = await tagboat(...args);
      expect([code, out]).toEqual([2, ""]);
      expect(err).not.toBe("");
    },
  );
});

test("tagboat schema prints a JSON Schema that knows every part of the config", async () => {
  const { code, out } = await tagboat("schema");
  expect(code).toBe(0);
  const schema = JSON.parse(out);
  expect(Object.keys(schema.properties)).toEqual(
    expect.arrayContaining(["version", "images", "environments", "mode"]),
  );
});
