/** The package as others get it: built, installed in a folder of its own, imported by its name. */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { editKustomization, KustomizationError, setImages } from "../src/kustomize.ts";

const folder = mkdtempSync(join(tmpdir(), "tagboat-package-"));
const tsc = resolve("node_modules/.bin/tsc");

function compile(options: object, files: readonly string[]): string {
  const config = join(folder, "tsconfig.json");
  writeFileSync(config, JSON.stringify({ compilerOptions: options, files }));
  return execFileSync(tsc, ["-p", config], { cwd: folder, encoding: "utf8" });
}

beforeAll(() => {
  const home = join(folder, "node_modules/tagboat");
  mkdirSync(home, { recursive: true });
  for (const name of ["yaml", "@types"])
    symlinkSync(resolve("node_modules", name), join(folder, "node_modules", name));
  copyFileSync("package.json", join(home, "package.json"));
  const { compilerOptions } = JSON.parse(readFileSync("tsconfig.json", "utf8"));
  const options = {
    ...compilerOptions,
    rootDir: resolve("src"),
    outDir: join(home, "dist"),
    typeRoots: [resolve("node_modules/@types")],
  };
  compile(options, [resolve("src/kustomize.ts")]);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The examples of the documentation, as whole modules. */
function examples(): string[] {
  const source = readFileSync("src/kustomize.ts", "utf8");
  return [...source.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) =>
    code.replaceAll(/^ \* ?/gm, ""),
  );
}

describe("the package tagboat/kustomize", () => {
  test("every example of the documentation runs and has the types it needs", () => {
    const files = examples().map((code, index) => {
      const file = join(folder, `example-${index}.mts`);
      writeFileSync(file, code);
      return file;
    });
    expect(files).toHaveLength(3);
    const options = {
      module: "nodenext",
      target: "es2023",
      strict: true,
      outDir: folder,
      types: ["node"],
    };
    expect(compile({ ...options, rootDir: folder, noEmitOnError: true }, files)).toBe("");
    for (const file of files)
      execFileSync(process.execPath, [file.replace(".mts", ".mjs")], { cwd: folder });
  }, 60_000);

  test("a deep import is none of its faces", () => {
    const code = 'import("tagboat/dist/edit/draft.js").catch((error) => console.log(error.code))';
    const out = execFileSync(process.execPath, ["-e", code], { cwd: folder, encoding: "utf8" });
    expect(out).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n");
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return null;
}

describe("editKustomization", () => {
  const text = "images:\n- name: a\n  newTag: v1\n";

  test("an entry that is missing is added, unless that is ruled out", () => {
    const added = editKustomization(text, [{ image: "b", newTag: "v2" }]);
    expect(added.text).toBe(`${text}- name: b\n  newTag: v2\n`);
    const error = errorOf(() =>
      editKustomization(text, [{ image: "b", newTag: "v2", add: false }]),
    );
    expect(error).toMatchObject({ reason: "entry-missing", line: 1 });
  });

  test("what is to be absent from an entry that is missing adds none", () => {
    const error = errorOf(() => editKustomization(text, [{ image: "b", newTag: null }]));
    expect(error).toMatchObject({ reason: "entry-missing" });
  });

  test("nothing to change: the same text, no edit", () => {
    expect(editKustomization(text, [{ image: "a", newTag: "v1" }])).toEqual({ text, edits: [] });
    expect(editKustomization(text, [])).toEqual({ text, edits: [] });
  });

  test("the error is one, typed, with reason, line and what to do", () => {
    const error = errorOf(() => editKustomization(`${text}---\n`, [{ image: "a", newTag: "v2" }]));
    expect(error).toBeInstanceOf(KustomizationError);
    expect(error).toMatchObject({
      name: "KustomizationError",
      reason: "several-documents",
      line: 4,
      message: expect.stringContaining("Keep one"),
    });
  });
});

describe("setImages", () => {
  const text = "images:\n- name: a\n  newName: nn\n  newTag: t\n  digest: d\n";
  const entry = (...lines: string[]) => ["images:", "- name: a", ...lines, ""].join("\n");

  test.each([
    ["a:1", entry('  newTag: "1"')],
    ["a@d2", entry("  digest: d2")],
    ["a=x", entry("  newName: x")],
    ["a=", entry()],
    ["a=*", entry("  newName: nn")],
    ["a=*:v1", entry("  newName: nn", "  newTag: v1")],
    ["a=*@d2", entry("  newName: nn", "  digest: d2")],
    ["a=*:v1@*", entry("  newName: nn", "  newTag: v1", "  digest: d")],
    ["a=*:*@d2", entry("  newName: nn", "  newTag: t", "  digest: d2")],
    ["a:*", entry("  newTag: t")],
    ["a@*", entry("  digest: d")],
    ["=a:*@*", entry("  newTag: t", "  digest: d")],
    ["a==b:v1", entry('  newName: "=b"', "  newTag: v1")],
    ["a=localhost:5000/x", entry("  newName: localhost:5000/x")],
    ["a=localhost:5000", entry("  newName: localhost", '  newTag: "5000"')],
    ["a=r/a:b:c", entry("  newName: r/a", "  newTag: b:c")],
    ["a:", entry()],
  ])("%s", (argument, after) => {
    expect(setImages(text, [argument]).text).toBe(after);
  });

  test("of two arguments for one image the last holds whole", () => {
    expect(setImages(text, ["a=x:3", "a=*:4"]).text).toBe(entry("  newName: nn", '  newTag: "4"'));
  });

  test("`*` with nothing to keep writes nothing", () => {
    expect(setImages("images: []\n", ["b=*:1@*"]).text).toBe('images:\n- name: b\n  newTag: "1"\n');
  });

  test.each([
    [[], "no image specified"],
    [
      ["a:1", "nginx"],
      /^invalid format of image, use one of the following options:\n(- <image>.*\n?){7}$/,
    ],
    [[""], /^invalid format/],
    [["reg.io:5000/x"], /^invalid format/],
    [["="], '"=" names no image.'],
    [[":1"], '":1" names no image.'],
  ])("%j is refused", (args, message) => {
    const error = errorOf(() => setImages(text, args));
    expect(error).toMatchObject({ reason: "value-invalid", line: null });
    expect((error as Error).message).toMatch(message);
  });
});
