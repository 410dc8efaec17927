/** The Tekton tasks, as far as they can be run without a cluster: their shape, and their steps with the parameters put in. */
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, test } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { run } from "../../src/cli/run.ts";
import { hookSignatureSecret, hookToken } from "../../src/ingest/hook-token.ts";
import { readDelivery } from "../../src/normalise/delivery.ts";
import { defaultOptions } from "../../src/normalise/sources.ts";
import { type Edge, SECRET, startEdge } from "../ingest/edge.ts";

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

interface Task {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly params: readonly { name: string; type: string; default?: string | string[] }[];
    readonly steps: readonly {
      name: string;
      image: string;
      workingDir?: string;
      command?: string[];
      args?: string[];
      env?: Variable[];
      script?: string;
    }[];
  };
}

const folder = "deploy/tekton";
const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

function read(name: string): Task {
  const [document, ...others] = parseAllDocuments(readFileSync(join(folder, name), "utf8"));
  if (document === undefined || "empty" in document || others.length > 0) throw new Error(name);
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS() as Task;
}

/** What Tekton puts in for `$(params.x)`, for an array one argument for each of its values. */
function filled(task: Task, given: Record<string, string | string[]>, text: string): string[] {
  const values = Object.fromEntries(task.spec.params.map((one) => [one.name, one.default]));
  const all = { ...values, ...given };
  const array = /^\$\(params\.([\w-]+)\[\*\]\)$/.exec(text)?.[1];
  if (array !== undefined) return [all[array] ?? []].flat();
  return [text.replaceAll(/\$\(params\.([\w-]+)\)/g, (_, name) => String(all[name]))];
}

test("there are two", () => {
  expect(names).toEqual(["report-build.yaml", "set-image.yaml"]);
});

describe.each(names)("%s", (name) => {
  const task = read(name);

  test("is a Task that uses every parameter it has, and none that it has not", () => {
    expect([task.apiVersion, task.kind]).toEqual(["tekton.dev/v1", "Task"]);
    const used = JSON.stringify(task.spec.steps).matchAll(/\$\(params\.([\w-]+)/g);
    expect(new Set([...used].map(([, param]) => param))).toEqual(
      new Set(task.spec.params.map((param) => param.name)),
    );
  });

  test("puts no parameter into the text of a script, and takes no moving tag", () => {
    for (const step of task.spec.steps) {
      expect(step.script ?? "").not.toContain("$(params");
      expect(step.image).toMatch(/^\$\(params\.[\w-]+\)$/);
    }
    expect(task.spec.params.find((one) => one.name.endsWith("-image"))?.default).toBeUndefined();
  });
});

test("the step of set-image edits the overlay's file", async () => {
  const task = read("set-image.yaml");
  const [step] = task.spec.steps;
  const home = mkdtempSync(join(tmpdir(), "tagboat-tekton-"));
  const file = join(home, "kustomization.yaml");
  const before = "images:\n- name: r.example:5000/ci/app # ours\n  newTag: abcd-1234ef\n";
  writeFileSync(file, before);
  const given = {
    "image-url": "r.example:5000/ci/app:ef12-x5k2p",
    options: ["--diff", `--dir=${home}`],
  };
  const args = (step?.args ?? []).flatMap((text) => filled(task, given, text));
  const code = await run([...(step?.command?.slice(2) ?? []), ...args], {
    variables: {},
    out: () => undefined,
    err: () => undefined,
  });
  expect([code, step?.command?.slice(0, 2)]).toEqual([0, ["node", "/app/dist/cli/main.js"]]);
  expect(readFileSync(file, "utf8")).toBe(before.replace("abcd-1234ef", "ef12-x5k2p"));
  rmSync(home, { recursive: true });
});

describe("the step of report-build", () => {
  const task = read("report-build.yaml");
  const [step] = task.spec.steps;
  const home = mkdtempSync(join(tmpdir(), "tagboat-tekton-"));
  const script = join(home, "script");
  writeFileSync(script, step?.script ?? "");
  chmodSync(script, 0o700);
  const subject = {
    source: "generic",
    owner: "acme",
    scope: { kind: "owner" },
    generation: 1,
  } as const;
  let edge: Edge | null = null;
  afterEach(() => edge?.stop());
  afterAll(() => rmSync(home, { recursive: true }));

  async function report(
    given: Record<string, string>,
    secret = hookSignatureSecret(SECRET, subject),
  ) {
    edge = await startEdge();
    const url = `${edge.url}/hooks/generic/acme/${hookToken(SECRET, subject)}`;
    const secrets: Record<string, string> = { url, secret };
    const env = (step?.env ?? []).map(({ name, value, valueFrom }) => [
      name,
      valueFrom === undefined
        ? filled(task, given, value ?? "")[0]
        : secrets[valueFrom.secretKeyRef.key],
    ]);
    // Tries again and waits in between where it could be a passing fault: here once is enough.
    const once = { PATH: process.env.PATH, CURL_HOME: home };
    const done = await promisify(execFile)(script, {
      env: { ...once, ...Object.fromEntries(env) },
    }).catch((error: { code: number; stdout: string; stderr: string }) => error);
    return { edge, url, code: "code" in done ? done.code : 0, out: done.stdout, err: done.stderr };
  }

  test("is taken as an event with all that was told", async () => {
    const { edge, code, out } = await report({
      "image-url": "quay.io/acme/app:v1\n",
      digest: `sha256:${"a".repeat(64)}`,
      "source-repo": "acme/app",
      revision: "0123456789abcdef0123456789abcdef01234567",
      run: "build-x5k2p",
    });
    expect([code, JSON.parse(out)]).toEqual([0, { status: "accepted" }]);
    const delivery = edge.batches[0]?.[0];
    expect(delivery?.senderId).toBe("build-x5k2p:quay.io/acme/app:v1");
    const { body = "" } = delivery ?? {};
    const { meaning } = readDelivery(
      { source: "generic", headers: delivery?.headers ?? {}, body },
      defaultOptions,
    );
    expect(meaning).toMatchObject({
      kind: "read",
      dropped: [],
      events: [
        {
          image: "quay.io/acme/app",
          tag: "v1",
          digest: `sha256:${"a".repeat(64)}`,
          provenance: { sourceRepo: "acme/app", run: "build-x5k2p" },
        },
      ],
    });
  });

  test("with the image alone", async () => {
    const { edge, code } = await report({ "image-url": "quay.io/acme/app:v1" });
    expect([code, JSON.parse(edge.batches[0]?.[0]?.body ?? "{}")]).toEqual([
      0,
      {
        image: "quay.io/acme/app:v1",
        id: expect.stringMatching(/^\d+:quay/),
        at: expect.any(String),
      },
    ]);
  });

  test("a refusal fails the task, tells Tagboat's answer and not the URL", async () => {
    const { edge, url, code, out, err } = await report({ "image-url": "a/b:v1" }, "another");
    expect([code, JSON.parse(out), edge.batches]).toEqual([22, { status: "unauthorised" }, []]);
    expect(out + err).not.toContain(url.slice(-32));
  });

  test("a value that would break out of the body is not sent", async () => {
    const { edge, code, err } = await report({ "image-url": 'quay.io/acme/app:v1","x":"' });
    expect([code, edge.batches, err]).toEqual([1, [], "image holds a character that it may not\n"]);
  });
});
