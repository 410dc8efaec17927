import { accessSync, constants, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { type Command, runLimited } from "./limited-process.ts";

/** How a folder is built: the program with the arguments that come before the folder's path. */
export interface Kustomize {
  readonly argv: readonly string[];
  /** As the program tells it: `v5.7.1`. */
  readonly version: string;
}

export type FoundKustomize =
  | { readonly kind: "found"; readonly kustomize: Kustomize }
  /** `asked`: the operator named a program that cannot be used; otherwise there just is none. */
  | { readonly kind: "none"; readonly asked: boolean; readonly why: string };

/**
 * The program that builds: what `named` says (a path or a name; `off`: none), else `kustomize` or `kubectl` on the search path.
 * It is asked for its version, so what cannot run is not found.
 */
export async function findKustomize(
  named: string | null,
  searchPath: string,
): Promise<FoundKustomize> {
  if (named === "off") return { kind: "none", asked: false, why: "KUSTOMIZE is off" };
  for (const name of named === null ? ["kustomize", "kubectl"] : [named]) {
    const program = locate(name, searchPath);
    const version = program === null ? null : await versionOf(program);
    if (program === null || version === null) continue;
    return { kind: "found", kustomize: { argv: [program, subcommand(program)], version } };
  }
  if (named === null)
    return { kind: "none", asked: false, why: "neither kustomize nor kubectl is on the PATH" };
  return { kind: "none", asked: true, why: "KUSTOMIZE names no program that tells its version" };
}

function locate(name: string, searchPath: string): string | null {
  const places = name.includes("/") ? [""] : searchPath.split(delimiter).filter((dir) => dir);
  for (const place of places) {
    const path = place === "" ? name : join(place, name);
    if (isProgram(path)) return path;
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isKubectl(program: string): boolean {
  return basename(program).startsWith("kubectl");
}

function subcommand(program: string): string {
  return isKubectl(program) ? "kustomize" : "build";
}

async function versionOf(program: string): Promise<string | null> {
  const args = isKubectl(program) ? ["version", "--client"] : ["version"];
  const command: Command = { argv: [program, ...args], cwd: "/", env: { HOME: "/nonexistent" } };
  const ended = await runLimited(command, { time: 10_000, memory: 2 ** 32, output: 100_000 });
  if (ended.kind !== "exited" || ended.code !== 0) return null;
  const told =
    /Kustomize Version:\s*(\S+)/i.exec(ended.out) ?? /(v\d+\.\d+\.\d+\S*)/.exec(ended.out);
  return told?.[1] ?? null;
}
