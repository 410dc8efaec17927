import { CONFIG_PATH, type Config, type ConfigProblem } from "../model/config.ts";
import type { CheckReport } from "../model/forge.ts";
import { cell, code, table } from "../model/outside-text.ts";
import { parseConfig } from "./config.ts";
import type { ExtendedBase } from "./config-extends.ts";
import { compilePath } from "./environment-paths.ts";
import { trackedImage } from "./image-pattern.ts";
import { folderOf, isKustomizationPath } from "./kustomization.ts";
import { type BranchFiles, indexRepo, type Overlay, type RepoIndex } from "./repo-index.ts";

/** What the check on a pull request that changes the config says. */
export type Preview = Pick<CheckReport, "conclusion" | "title" | "summary" | "annotations">;

// GitHub takes 50 annotations in one request and 65,535 characters of summary.
const MOST_ANNOTATIONS = 50;
const MOST_ROWS = 200;

/**
 * What a proposed config means for the files of the repo: images → files, overlaps, paths that fit nothing, errors by line.
 * @param old the config in force; `null`: none is.
 * @param text the config as the pull request has it.
 * @param branches the branches that the proposed config names.
 * @param bases what its `_extends` leads to.
 */
export function previewConfig(
  old: Config | null,
  text: string,
  branches: readonly BranchFiles[],
  bases: readonly ExtendedBase[] = [],
): Preview {
  const { config, problems } = parseConfig(text, bases);
  if (config === null) return unreadable(old, problems);
  const index = indexRepo(config, branches);
  const loose = loosePaths(config, branches);
  const warned = [...problems, ...index.problems, ...loose];
  const failed = index.problems.length > 0;
  const tracked = trackedOverlays(config, index);
  const title = failed
    ? "Environments overlap"
    : `${counted(tracked.length, "file")} in ${counted(config.environments.length, "environment")}`;
  const summary = [
    config.mode === "observe" ? "Mode is `observe`: nothing but a check is written." : "",
    imagesTable(config, tracked),
    environmentsTable(config, index),
    listOf("To look at", warned),
    lostEnvironments(old, config),
  ];
  return {
    conclusion: failed ? "failure" : "success",
    title,
    summary: summary.filter((part) => part !== "").join("\n\n"),
    annotations: annotationsOf(warned),
  };
}

/** What the check says when a pull request deletes the config. */
export function deletedPreview(old: Config | null): Preview {
  const environments = (old?.environments ?? []).map(({ name }) => cell(name)).join(", ");
  const lost = environments === "" ? "" : ` Without it nothing follows images in ${environments}.`;
  return {
    conclusion: "neutral",
    title: "The config is deleted",
    summary: `Tagboat writes nothing to a repo without a config.${lost} Open pull requests stay as they are.`,
    annotations: [],
  };
}

function unreadable(old: Config | null, problems: readonly ConfigProblem[]): Preview {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const meanwhile =
    old === null
      ? "Nothing is proposed until it can be read."
      : "The config in force stays in force.";
  return {
    conclusion: "failure",
    title: `${counted(errors, "error")} in the config`,
    summary: `${meanwhile}\n\n${listOf("To mend", problems)}`,
    annotations: annotationsOf(problems),
  };
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function annotationsOf(problems: readonly ConfigProblem[]): Preview["annotations"] {
  const levels = { error: "failure", warning: "warning", waiting: "notice" } as const;
  return problems.slice(0, MOST_ANNOTATIONS).map(({ severity, message, line }) => ({
    path: CONFIG_PATH,
    line,
    message,
    level: levels[severity],
  }));
}

function listOf(title: string, problems: readonly ConfigProblem[]): string {
  if (problems.length === 0) return "";
  const lines = problems
    .slice(0, MOST_ANNOTATIONS)
    .map(({ severity, message, line }) => `- ${severity}, line ${line}: ${cell(message, 500)}`);
  return [`### ${title}`, ...lines].join("\n");
}

function trackedOverlays(config: Config, index: RepoIndex): Overlay[] {
  return index.overlays.filter(({ entries }) =>
    entries.some(({ image }) => image !== null && trackedImage(config, image) !== null),
  );
}

function imagesTable(config: Config, overlays: readonly Overlay[]): string {
  const rows = overlays.flatMap((overlay) => imageRows(config, overlay));
  if (rows.length === 0) return "No file of these environments has an image that a rule fits.";
  const head = ["image", "environment", "component", "file", "now", "follows"];
  const more = rows.length > MOST_ROWS ? `\n\n… and ${rows.length - MOST_ROWS} more.` : "";
  return `### Images\n${table(head, rows.slice(0, MOST_ROWS))}${more}`;
}

function imageRows(config: Config, overlay: Overlay): string[][] {
  const environment = config.environments.find(({ name }) => name === overlay.environment);
  const follows = overlay.trouble ? cell(overlay.trouble.reason) : (environment?.on ?? "");
  const component = overlay.component === null ? "" : cell(overlay.component);
  return overlay.entries.flatMap(({ image, newTag, digest }) => {
    if (image === null || trackedImage(config, image) === null) return [];
    const now = newTag ?? digest;
    const place = [cell(overlay.environment ?? ""), component, code(overlay.file)];
    return [[code(image), ...place, now === null ? "" : code(now), follows]];
  });
}

function environmentsTable(config: Config, index: RepoIndex): string {
  const rows = config.environments.map((environment) => {
    const overlays = index.overlays.filter((overlay) => overlay.environment === environment.name);
    return [
      cell(environment.name),
      environment.path.map((path) => code(path || ".")).join(" "),
      environment.branch === null ? "default" : code(environment.branch),
      environment.after.map((name) => cell(name)).join(", "),
      environment.on,
      String(overlays.length),
    ];
  });
  const head = ["environment", "path", "branch", "after", "follows", "overlays"];
  return `### Environments\n${table(head, rows)}`;
}

function loosePaths(config: Config, branches: readonly BranchFiles[]): ConfigProblem[] {
  return config.environments.flatMap(({ name, branch, path }) => {
    const files = branches.find((one) => (branch === null ? one.isDefault : one.branch === branch));
    if (!files) return [warning(`The branch ${branch ?? ""} of ${name} does not exist.`)];
    const folders = files.paths
      .filter((one) => isKustomizationPath(one.path))
      .map((one) => folderOf(one.path));
    return path
      .filter((pattern) => !folders.some((folder) => compilePath(pattern).match(folder) !== null))
      .map((pattern) => warning(`The path ${pattern || "."} of ${name} fits no overlay.`));
  });
}

function warning(message: string): ConfigProblem {
  return { severity: "warning", message, line: 1, column: 1 };
}

function lostEnvironments(old: Config | null, config: Config): string {
  const names = new Set(config.environments.map(({ name }) => name));
  const lost = (old?.environments ?? []).filter(({ name }) => !names.has(name));
  if (lost.length === 0) return "";
  return `No longer there: ${lost.map(({ name }) => cell(name)).join(", ")}. Their open pull requests stay as they are.`;
}
