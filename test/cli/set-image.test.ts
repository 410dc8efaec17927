import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { run } from "../../src/cli/run.ts";

const BEFORE = `# what runs in dev
resources:
  - https://github.com/acme/shop//config?ref=v1
images:
  - name: shop # the shop
    newTag: v1
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tagboat-set-image-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(text: string, name = "kustomization.yaml"): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function setImage(...args: string[]) {
  let [out, err] = ["", ""];
  const code = await run(["set-image", ...args], {
    variables: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out: out.replaceAll(folder, "F"), err: err.replaceAll(folder, "F") };
}

describe("what is written", () => {
  test("the images, and nothing is said", async () => {
    const path = put(BEFORE);
    expect(await setImage("--dir", folder, "shop:v2", "web@sha256:aa")).toEqual({
      code: 0,
      out: "",
      err: "",
    });
    expect(readFileSync(path, "utf8")).toBe(
      `${BEFORE.replace("newTag: v1", "newTag: v2")}  - name: web\n    digest: sha256:aa\n`,
    );
  });

  test.each([
    "acme/shop=v2",
    "https://github.com/acme/shop=v2",
    "https://github.com/acme/shop//config?ref=v1=v2",
  ])("--ref %s alone", async (ref) => {
    const path = put(BEFORE);
    expect(await setImage("--dir", folder, "--ref", ref)).toMatchObject({ code: 0 });
    expect(readFileSync(path, "utf8")).toBe(BEFORE.replace("ref=v1", "ref=v2"));
  });

  test("the mode stays, nothing lies beside it afterwards, BOM and CRLF stay", async () => {
    const text = `\ufeff${BEFORE.replaceAll("\n", "\r\n")}`;
    const path = put(text, "Kustomization");
    chmodSync(path, 0o640);
    expect(await setImage("--dir", folder, "shop:v2")).toMatchObject({ code: 0 });
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(["Kustomization"]);
    expect(readFileSync(path, "utf8")).toBe(text.replace("newTag: v1", "newTag: v2"));
  });

  test("nothing, when everything is so already", async () => {
    const path = put(BEFORE);
    const { ino } = statSync(path);
    expect(await setImage("--dir", folder, "shop:v1")).toEqual({ code: 0, out: "", err: "" });
    expect(statSync(path).ino).toBe(ino);
  });

  test("several folders: all, or with one refusal none", async () => {
    const [dev, prod] = [
      put(BEFORE, "dev/kustomization.yml"),
      put(BEFORE, "prod/kustomization.yaml"),
    ];
    const dirs = ["--dir", join(folder, "dev"), "--dir", join(folder, "prod")];
    expect(await setImage(...dirs, "shop:v2")).toMatchObject({ code: 0 });
    const after = BEFORE.replace("newTag: v1", "newTag: v2");
    expect([dev, prod].map((path) => readFileSync(path, "utf8"))).toEqual([after, after]);
    put(`${after}    tagSuffix: -x\n`, "prod/kustomization.yaml");
    const { code, err } = await setImage(...dirs, "shop:v3");
    expect(code).toBe(1);
    expect(err).toMatch(/^Error: F\/prod\/kustomization.yaml:5: .*tagSuffix.*\n$/);
    expect(readFileSync(dev, "utf8")).toBe(after);
  });

  test("a link within the folder is followed and stays a link", async () => {
    const path = put(BEFORE, "dev.yaml");
    symlinkSync("dev.yaml", join(folder, "kustomization.yaml"));
    expect(await setImage("--dir", folder, "shop:v2")).toMatchObject({ code: 0 });
    expect(readFileSync(path, "utf8")).toContain("newTag: v2");
    expect(readdirSync(folder).sort()).toEqual(["dev.yaml", "kustomization.yaml"]);
  });
});

describe("--check and --diff", () => {
  test("--check writes nothing and tells what would change", async () => {
    const path = put(BEFORE);
    expect(
      await setImage("--check", "--dir", folder, "shop=quay.io/shop:v2", "--ref", "acme/shop=v2"),
    ).toEqual({
      code: 1,
      err: "",
      out: `F/kustomization.yaml:6: newTag of shop: v1 → v2
F/kustomization.yaml:5: newName of shop: nothing → quay.io/shop
F/kustomization.yaml:3: ref of https://github.com/acme/shop//config?ref=v1: v1 → v2
`,
    });
    expect(readFileSync(path, "utf8")).toBe(BEFORE);
    expect(await setImage("--check", "--dir", folder, "shop:v1")).toEqual({
      code: 0,
      out: "",
      err: "",
    });
  });

  test("--diff prints what it writes", async () => {
    const path = put(BEFORE.trimEnd());
    const { code, out } = await setImage("--diff", "--dir", folder, "shop:v2");
    expect(code).toBe(0);
    expect(out).toBe(`--- aF/kustomization.yaml
+++ bF/kustomization.yaml
@@ -3,4 +3,4 @@
   - https://github.com/acme/shop//config?ref=v1
 images:
   - name: shop # the shop
-    newTag: v1
\\ No newline at end of file
+    newTag: v2
\\ No newline at end of file
`);
    expect(readFileSync(path, "utf8")).toContain("v2");
  });

  test("--check --diff prints only", async () => {
    const path = put(BEFORE);
    const { code, out } = await setImage("--check", "--diff", "--dir", folder, "shop:v2");
    expect([code, out.includes("\n+    newTag: v2\n")]).toEqual([1, true]);
    expect(readFileSync(path, "utf8")).toBe(BEFORE);
  });
});

describe("what is refused, with exit code 1 and nothing written", () => {
  const cases: [
    name: string,
    files: Record<string, string>,
    args: string[],
    err: string | RegExp,
  ][] = [
    ["no image", { "kustomization.yaml": BEFORE }, [], "no image specified\n"],
    [
      "a name alone",
      { "kustomization.yaml": BEFORE },
      ["shop"],
      /^invalid format of image, use one of the following options:\n- </,
    ],
    [
      "an unknown option",
      { "kustomization.yaml": BEFORE },
      ["--tag", "x"],
      /^Unknown option '--tag'.*Usage: tagboat set-image/s,
    ],
    [
      "a ref without a repo",
      { "kustomization.yaml": BEFORE },
      ["--ref", "v2"],
      /^--ref v2: write it as REPO=REF/,
    ],
    [
      "no file",
      { "kustomize.yaml": BEFORE },
      ["shop:v2"],
      /^F: Missing kustomization file 'kustomization.yaml'\. Create/,
    ],
    [
      "two files",
      { "kustomization.yaml": BEFORE, "kustomization.yml": BEFORE },
      ["shop:v2"],
      "F: Found multiple kustomization file: [kustomization.yaml kustomization.yml]. Keep one.\n",
    ],
    [
      "a folder by the name",
      { "kustomization.yaml/x": "" },
      ["shop:v2"],
      "F/kustomization.yaml should be a file\n",
    ],
    [
      "not YAML",
      { "kustomization.yaml": "images:\n- {\n" },
      ["shop:v2"],
      /^F\/kustomization.yaml:\d: The file is not valid YAML: .* Mend this line\.\n$/s,
    ],
    [
      "a ref that no URL has",
      { "kustomization.yaml": BEFORE },
      ["--ref", "acme/web=v2"],
      /^F\/kustomization.yaml:1: No resource .* comes from acme\/web/,
    ],
  ];
  test.each(cases)("%s", async (_, files, args, message) => {
    for (const [name, text] of Object.entries(files)) put(text, name);
    const { code, out, err } = await setImage("--dir", folder, ...args);
    expect([code, out, err.slice(0, 7)]).toEqual([1, "", "Error: "]);
    expect(err.slice(7)).toEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
    for (const [name, text] of Object.entries(files))
      expect(readFileSync(join(folder, name), "utf8")).toBe(text);
  });

  test("a link out of the folder", async () => {
    const secret = put(BEFORE, "elsewhere/file.yaml");
    mkdirSync(join(folder, "dev"));
    symlinkSync(secret, join(folder, "dev/kustomization.yaml"));
    const { code, err } = await setImage("--dir", join(folder, "dev"), "shop:v2");
    expect([code, err]).toEqual([
      1,
      expect.stringContaining("a link that leads out of its folder"),
    ]);
    expect(readFileSync(secret, "utf8")).toBe(BEFORE);
  });

  test("bytes that are no UTF-8", async () => {
    const path = join(folder, "kustomization.yaml");
    writeFileSync(path, Buffer.from([0x23, 0xff, 0x0a]));
    const { code, err } = await setImage("--dir", folder, "shop:v2");
    expect([code, err]).toEqual([1, expect.stringContaining("not UTF-8")]);
    expect(readFileSync(path)).toEqual(Buffer.from([0x23, 0xff, 0x0a]));
  });

  test("a folder that is not there", async () => {
    const { code, err } = await setImage("--dir", join(folder, "dev"), "shop:v2");
    expect([code, err]).toEqual([
      1,
      "Error: F/dev: there is no such file or folder. Check the path.\n",
    ]);
  });
});

test("--help tells the options", async () => {
  expect(await setImage("--help")).toMatchObject({
    code: 0,
    out: expect.stringContaining("--ref REPO=REF"),
  });
});
