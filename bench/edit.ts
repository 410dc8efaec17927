import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { isMap, isSeq, parseDocument } from "yaml";
import { editKustomization } from "../src/kustomize.ts";

interface Subject {
  readonly name: string;
  readonly text: string;
  /** How often each way is measured. */
  readonly rounds: number;
}

const IMAGE = "quay.io/acme/shop";
const KUBECTL = ".cache/real-parts/kubectl";

/** Prints edits per second by Tagboat, by the yaml package's parse → set → toString, and by a process of the real binary. */
export async function run(): Promise<void> {
  const rows = subjects().map((subject) => {
    const [ours, theirs] = inTurns(subject, [byTagboat, byYaml]);
    if (ours === undefined || theirs === undefined) throw new Error("nothing was measured");
    const cpu = cpuTime(subject, byTagboat);
    const bytes = Buffer.byteLength(subject.text);
    return {
      file: subject.name,
      bytes,
      "Tagboat, median ms": round(ours),
      "edits/s": Math.round(1000 / ours),
      "CPU ns/byte": round((cpu * 1e6) / bytes),
      "yaml, median ms": round(theirs),
      "yaml ÷ Tagboat": round(theirs / ours),
    };
  });
  console.table(rows);
  const grown = rows.filter(({ file }) => file.startsWith("entries"));
  const first = grown[0]?.["CPU ns/byte"] ?? 0;
  console.log(
    "Growth, CPU time per byte against 2 KB:",
    grown.map((row) => `${row.file}: ${round(row["CPU ns/byte"] / first)}`).join("; "),
  );
  if (!existsSync(KUBECTL)) {
    console.log(`${KUBECTL} is not there (scripts/install-real-parts): not compared.`);
    return;
  }
  const real = byRealBinary();
  const ours = rows[0]?.["Tagboat, median ms"] ?? 1;
  console.log(
    `A process of the real binary that reads the 2 KB file (kubectl kustomize, as it has no edit): ${round(real)} ms, ${Math.round(real / ours)} times Tagboat's edit.`,
  );
}

function byTagboat(text: string, round: number): void {
  editKustomization(text, [{ image: IMAGE, newTag: `v${round}` }]);
}

function byYaml(text: string, round: number): void {
  const document = parseDocument(text);
  const images = document.get("images");
  const entry = isSeq(images)
    ? images.items.find((one) => isMap(one) && one.get("name") === IMAGE)
    : null;
  if (!isMap(entry)) throw new Error("no such entry");
  entry.set("newTag", `v${round}`);
  document.toString();
}

/** Mean CPU time in milliseconds, garbage collection included: what others do on the machine is not in it. */
function cpuTime({ text, rounds }: Subject, way: (text: string, round: number) => void): number {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) way(text, round);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / rounds;
}

/** Medians in milliseconds. The ways take turns, so that a busy moment of the machine meets them alike. */
function inTurns({ text, rounds }: Subject, ways: ((text: string, round: number) => void)[]) {
  const times: number[][] = ways.map(() => []);
  const warm = Math.ceil(rounds / 4);
  for (let round = -warm; round < rounds; round++)
    for (const [index, way] of ways.entries()) {
      const started = performance.now();
      way(text, round);
      if (round >= 0) times[index]?.push(performance.now() - started);
    }
  return times.map((all) => all.sort((a, b) => a - b)[all.length >> 1] ?? Number.NaN);
}

function byRealBinary(): number {
  const folder = mkdtempSync(join(tmpdir(), "tagboat-bench-"));
  const text = plain(2000).replace(/^resources:\n( {2}- .*\n)*/m, "resources:\n  - app.yaml\n");
  writeFileSync(join(folder, "kustomization.yaml"), text);
  const app =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";
  writeFileSync(join(folder, "app.yaml"), app);
  const times = Array.from({ length: 15 }, () => {
    const started = performance.now();
    execFileSync(KUBECTL, ["kustomize", folder]);
    return performance.now() - started;
  });
  rmSync(folder, { recursive: true });
  return times.sort((a, b) => a - b)[7] ?? Number.NaN;
}

function subjects(): Subject[] {
  return [
    { name: "plain, 2 KB", text: plain(2000), rounds: 3000 },
    { name: "entries, 2 KB, 32", text: entries(32), rounds: 2000 },
    { name: "entries, 60 KB, 1,000", text: entries(1000), rounds: 100 },
    { name: "entries, 5 MB, 83,000", text: entries(83_000), rounds: 5 },
    { name: "flow maps and anchors, 2 KB", text: flow(2000), rounds: 1000 },
    { name: "for the whole parser, 2 KB", text: overLines(2000), rounds: 1000 },
  ];
}

function plain(bytes: number): string {
  const head = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

# what dev runs
namespace: shop-dev
images:
  - name: ${IMAGE} # the shop
    newTag: v1.2.3
  - name: quay.io/acme/pay
    newName: registry.example:5000/mirror/pay
    newTag: '1.10'
resources:
`;
  const line = (index: number) => `  - ../../base/team-${index}/service-${index}\n`;
  return filled(head, line, bytes);
}

function flow(bytes: number): string {
  const head = `namespace: &team shop-dev
commonLabels: {team: *team}
images:
  - {name: ${IMAGE}, newTag: v1.2.3}
patches:
`;
  const line = (index: number) => `  - {path: patch-${index}.yaml, target: {kind: Deployment}}\n`;
  return filled(head, line, bytes);
}

/** Tags, and flow maps over several lines: seldom in real files. */
function overLines(bytes: number): string {
  const head = `namespace: !!str shop-dev
images:
  - {name: ${IMAGE}, newTag: v1.2.3}
patches:
`;
  const line = (index: number) =>
    `  - path: patch-${index}.yaml\n    target: {kind: Deployment,\n      name: shop}\n`;
  return filled(head, line, bytes);
}

function filled(head: string, line: (index: number) => string, bytes: number): string {
  let text = head;
  for (let index = 0; text.length < bytes; index++) text += line(index);
  return text;
}

/** The entry that is set stands in the middle. */
function entries(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const name = index === count >> 1 ? IMAGE : `quay.io/acme/service-${index}`;
    return `- name: ${name}\n  newTag: v1.${index}.0 # as built\n`;
  });
  return `kind: Kustomization\nimages:\n${lines.join("")}`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
