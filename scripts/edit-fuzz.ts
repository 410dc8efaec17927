/** `npm run edit:fuzz -- --runs 200000 [--seed 1]`: edits of files with something broken in them. */
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { editKustomization } from "../src/edit/edit-kustomization.ts";
import type { Change, ImageChange } from "../src/model/change.ts";
import { createRandom, mutate, pick, type Random } from "./edit-mutations.ts";
import { wrongWith } from "./edit-oracle.ts";
import { readSeeds } from "./edit-seeds.ts";

export interface FuzzReport {
  readonly runs: number;
  readonly edited: number;
  readonly refused: Readonly<Record<string, number>>;
  /** The slowest edit, in milliseconds. */
  readonly slowest: number;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly why: string;
  readonly text: string;
  readonly changes: readonly Change[];
}

/** Edits `runs` mutations of the texts. A failure is a throw, more than a second, or a result that means anything but what was asked. */
export function fuzz(runs: number, seed: number, texts: readonly string[]): FuzzReport {
  const random = createRandom(seed);
  const refused: Record<string, number> = {};
  const failures: Failure[] = [];
  let [edited, slowest] = [0, 0];
  for (let run = 0; run < runs && failures.length < 10; run++) {
    const text = mutate(random, pick(random, texts), pick(random, texts));
    const changes = [anyChange(random, text)];
    const started = performance.now();
    try {
      const result = editKustomization(text, changes);
      const taken = performance.now() - started;
      slowest = Math.max(slowest, taken);
      if (result.kind === "edited") edited += 1;
      else refused[result.refusal.reason] = (refused[result.refusal.reason] ?? 0) + 1;
      const why = taken > 1000 ? `took ${taken} ms` : wrongWith(text, changes, result);
      if (why !== null) failures.push({ why, text, changes });
    } catch (error) {
      failures.push({
        why: `threw ${error instanceof Error ? error.stack : error}`,
        text,
        changes,
      });
    }
  }
  return { runs, edited, refused, slowest, failures };
}

const VALUES = [
  "v2",
  "1.10",
  "null",
  "yes",
  "0x1F",
  "2021-01-01",
  "sha256:bb",
  "a: b",
  "it's",
  "#x",
  '"',
];

function anyChange(random: Random, text: string): Change {
  const file = "kustomization.yaml";
  const urls = [...text.matchAll(/[^\s"',[\]]+[?&]ref=[^\s"',&\]]+(?=["'\s]|$)/g)].map(
    ([url]) => url,
  );
  if (urls.length > 0 && random() < 0.3)
    return {
      kind: "ref",
      file,
      repo: pick(random, urls),
      ref: pick(random, ["v2", "main", "1.10"]),
    };
  const names = [...text.matchAll(/name"?: *["']?([\w./:-]+)/gi)].map(([, name = ""]) => name);
  const field = (value: string): Partial<ImageChange> => ({
    [value]: random() < 0.2 ? null : pick(random, VALUES),
  });
  return {
    kind: "image",
    file,
    add: random() < 0.7,
    entry: names.length > 0 && random() < 0.8 ? pick(random, names) : "app",
    ...(random() < 0.8 ? field("newTag") : {}),
    ...(random() < 0.3 ? field("digest") : {}),
    ...(random() < 0.3 ? field("newName") : {}),
  };
}

function main(): void {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { runs: text, seed: text } });
  const seed = Number(values.seed ?? Date.now() % 1e9);
  const texts = readSeeds(5);
  const { failures, ...report } = fuzz(Number(values.runs ?? 10_000), seed, texts);
  console.log({ seed, files: texts.length, ...report, failures: failures.length });
  for (const { why, text, changes } of failures)
    console.log(`\n${why}\n${JSON.stringify(changes)}\n${JSON.stringify(text)}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
