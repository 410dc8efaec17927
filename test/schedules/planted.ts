import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

/**
 * `npm run schedules:planted`: puts each bug of `test/schedules/planted/` into a copy of the tree and plays schedules there;
 * those of its folder `promotion` are for the schedules of commands, gates and merges.
 * A bug that no schedule finds is a promise that nobody keeps watch over: exit code 1, as for a patch that does not apply.
 */
const RUNS = 600;
const SEED = 1;
const FOLDER = "test/schedules/planted";
const PROMOTION = "promotion/";
const COPIED = [
  "src",
  "sandbox",
  "test/schedules",
  "test/support",
  "app.yml",
  "package.json",
  "tsconfig.json",
];

interface Verdict {
  readonly bug: string;
  readonly found: boolean;
  readonly what: string;
  readonly seconds: number;
}

function judge(patch: string): Verdict {
  const copy = mkdtempSync(join(tmpdir(), "tagboat-planted-"));
  const start = performance.now();
  try {
    copyTree(copy);
    return { bug: basename(patch, ".patch"), ...hunt(copy, patch), seconds: since(start) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function copyTree(copy: string): void {
  for (const path of COPIED) {
    mkdirSync(join(copy, path, ".."), { recursive: true });
    cpSync(path, join(copy, path), { recursive: true });
  }
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
}

function hunt(copy: string, patch: string): { found: boolean; what: string } {
  const applied = run(copy, "git", ["apply", "--whitespace=nowarn", resolve(patch)]);
  if (applied.status !== 0) return { found: false, what: `does not apply: ${applied.text}` };
  const built = run(copy, join("node_modules", ".bin", "tsc"), ["-p", "test/schedules"]);
  if (built.status !== 0) return { found: false, what: `does not compile: ${built.text}` };
  const args = ["--runs", String(RUNS), "--seed", String(SEED), "--no-shrink"];
  if (patch.includes(PROMOTION)) args.push("--promotion");
  const played = run(copy, process.execPath, ["build/test/schedules/main.js", ...args]);
  const schedule = /^schedule (\d+) of seed \d+ failed:\nBroken: (.*)$/m.exec(played.text);
  if (schedule === null) return { found: false, what: `survived ${RUNS} schedules` };
  return { found: true, what: `schedule ${schedule[1]}: ${schedule[2]}` };
}

function run(
  cwd: string,
  command: string,
  args: string[],
): { status: number | null; text: string } {
  // Away from this repo: `git apply` leaves out files that an enclosing repo ignores.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() };
  const ran = spawnSync(command, args, { cwd, env, encoding: "utf8", maxBuffer: 2 ** 26 });
  return { status: ran.status, text: `${ran.stdout}${ran.stderr}` };
}

function since(start: number): number {
  return Math.round((performance.now() - start) / 1000);
}

const only = process.argv.slice(2);
const patches = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".patch"))
  .filter((name) => only.length === 0 || only.some((one) => name.includes(one)))
  .sort();
const survivors: string[] = [];
for (const name of patches) {
  const verdict = judge(join(FOLDER, name));
  if (!verdict.found) survivors.push(verdict.bug);
  const mark = verdict.found ? "found" : "NOT FOUND";
  console.log(
    `${verdict.bug.padEnd(28)} ${mark} ${String(verdict.seconds).padStart(4)} s  ${verdict.what}`,
  );
}
console.log(`${patches.length - survivors.length} of ${patches.length} planted bugs found`);
process.exit(survivors.length > 0 || patches.length === 0 ? 1 : 0);
