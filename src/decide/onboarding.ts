import type { FileState, TreePath } from "../model/forge.ts";
import type { ImageName } from "../model/image.ts";
import { cell, code, table } from "../model/outside-text.ts";
import { parseConfig } from "./config.ts";
import { type FoundEnvironment, foundEnvironments } from "./found-environments.ts";
import { indexRepo, type Overlay } from "./repo-index.ts";

/** What a config is proposed from: one branch of a repo that has none, and the names of all branches. */
export interface OnboardingInput {
  readonly paths: readonly TreePath[];
  /** Texts of the kustomization files. */
  readonly files: readonly FileState[];
  readonly branches: readonly string[];
}

/** One line of the onboarding table. */
export interface OnboardingRow {
  readonly environment: string;
  readonly component: string | null;
  readonly file: string;
  readonly image: ImageName;
  /** Tag or digest now in the entry. */
  readonly now: string | null;
  /** What the next push of the image would do here. */
  readonly onPush: string;
}

export interface ProposedConfig {
  /** The proposed `.github/tagboat.yml`. */
  readonly text: string;
  readonly rows: readonly OnboardingRow[];
  /** Markdown: the table, and what a person should look at. */
  readonly body: { readonly table: string; readonly notes: readonly string[] };
}

/** Proposes a config for a repo from its folders. `null`: no environment with an image was found. */
export function proposeConfig(input: OnboardingInput): ProposedConfig | null {
  const bare = indexRepo(null, [{ branch: "", isDefault: true, ...input }]);
  const environments = foundEnvironments(
    bare.overlays
      .filter(({ trouble }) => trouble?.reason !== "not-a-file")
      .map(({ folder }) => folder),
  );
  const draft = textOf(environments, ["docker.io/library/none"], new Map(), new Set());
  const { config } = parseConfig(draft);
  if (config === null) return null;
  const { overlays } = indexRepo(config, [{ branch: "", isDefault: true, ...input }]);
  const [first] = environments;
  const images = imagesOf(overlays.filter(({ trouble }) => trouble?.reason !== "file-unparsable"));
  if (!first || images.length === 0) return null;
  const names = otherNames(environments, overlays);
  const mapped = new Set([...names.values()].flatMap((mapping) => [...mapping.values()]));
  const listed = images.filter((image) => !mapped.has(image));
  const branches = new Set(input.branches);
  const rows = overlays.flatMap((overlay) => rowsOf(overlay, first.rank, environments));
  return {
    text: textOf(environments, listed, names, branches),
    rows,
    body: { table: rowsTable(rows), notes: notesOf(environments, overlays, branches, names) },
  };
}

function imagesOf(overlays: readonly Overlay[]): ImageName[] {
  const images = overlays.flatMap(({ entries }) => entries.flatMap(({ image }) => image ?? []));
  return [...new Set(images)].sort();
}

type Mappings = ReadonlyMap<string, ReadonlyMap<ImageName, ImageName>>;

/** Images that an environment has under another name of the same last part than the first environment. */
function otherNames(
  environments: readonly FoundEnvironment[],
  overlays: readonly Overlay[],
): Mappings {
  const imagesIn = (name: string) => imagesOf(overlays.filter((one) => one.environment === name));
  const [first, ...later] = environments;
  const sources = first ? imagesIn(first.name) : [];
  const found = new Map<string, Map<ImageName, ImageName>>();
  for (const { name } of later) {
    const own = imagesIn(name);
    for (const source of sources.filter((image) => !own.includes(image))) {
      const same = own.filter(
        (image) => !sources.includes(image) && lastPart(image) === lastPart(source),
      );
      const [target] = same;
      if (same.length !== 1 || target === undefined) continue;
      found.set(name, (found.get(name) ?? new Map<ImageName, ImageName>()).set(source, target));
    }
  }
  return found;
}

function lastPart(image: ImageName): string {
  return image.slice(image.lastIndexOf("/") + 1);
}

function textOf(
  environments: readonly FoundEnvironment[],
  images: readonly ImageName[],
  names: Mappings,
  branches: ReadonlySet<string>,
): string {
  const lines = [
    "version: 1",
    "images: # first match wins; what matches nothing is not tracked",
    ...images.map((image) => `  - name: ${scalar(image)}`),
    "environments: # in order of promotion",
  ];
  for (const environment of environments) {
    lines.push(...environmentLines(environment, environments, names, branches));
  }
  return `${lines.join("\n")}\n`;
}

function environmentLines(
  { name, paths, rank }: FoundEnvironment,
  environments: readonly FoundEnvironment[],
  names: Mappings,
  branches: ReadonlySet<string>,
): string[] {
  const [path] = paths;
  const lines = [`  - name: ${scalar(name)}`];
  if (paths.length === 1 && path !== undefined) lines.push(`    path: ${scalar(path)}`);
  else lines.push("    path:", ...paths.map((one) => `      - ${scalar(one)}`));
  if (branches.has(name)) {
    lines.push(
      `    # branch: ${scalar(name)} # this branch exists: take the "#" away if it is deployed from there`,
    );
  }
  const before = Math.max(...environments.map((one) => one.rank).filter((other) => other < rank));
  const steps = environments.filter((one) => one.rank === before).map((one) => scalar(one.name));
  if (steps.length === 0) lines.push("    on: push # follows new images");
  else lines.push(`    after: ${steps.length === 1 ? steps[0] : `[${steps.join(", ")}]`}`);
  const mapping = [...(names.get(name) ?? [])];
  if (mapping.length > 0) lines.push("    image:");
  for (const [source, target] of mapping) lines.push(`      ${scalar(source)}: ${scalar(target)}`);
  return lines;
}

/** Plain where YAML cannot take it for anything but text, else in double quotes (JSON is YAML). */
function scalar(text: string): string {
  const plain =
    /^[A-Za-z][A-Za-z0-9._/:-]*$/.test(text) &&
    !/:$|^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

function rowsOf(
  overlay: Overlay,
  firstRank: number,
  environments: readonly FoundEnvironment[],
): OnboardingRow[] {
  const environment = environments.find(({ name }) => name === overlay.environment);
  if (!environment) return [];
  const follows = environment.rank === firstRank;
  const onPush = follows ? "one pull request, kept up to date" : "nothing: waits for a command";
  return overlay.entries.flatMap(({ image, newTag, digest }) => {
    if (image === null) return [];
    const { component, file, trouble } = overlay;
    const row = { environment: environment.name, component, file, image, now: newTag ?? digest };
    return [{ ...row, onPush: trouble ? `nothing: ${trouble.reason}` : onPush }];
  });
}

// A body of a pull request holds 65,536 characters.
const MOST_ROWS = 150;

function rowsTable(rows: readonly OnboardingRow[]): string {
  const head = ["environment", "file", "image", "now", "the next push"];
  const shown = rows
    .slice(0, MOST_ROWS)
    .map((row) => [
      cell(row.component === null ? row.environment : `${row.environment} / ${row.component}`),
      code(row.file),
      code(row.image),
      row.now === null ? "" : code(row.now),
      cell(row.onPush),
    ]);
  const more = rows.length > MOST_ROWS ? `\n\n… and ${rows.length - MOST_ROWS} more.` : "";
  return `${table(head, shown)}${more}`;
}

function notesOf(
  environments: readonly FoundEnvironment[],
  overlays: readonly Overlay[],
  branches: ReadonlySet<string>,
  names: Mappings,
): string[] {
  const notes: string[] = [];
  for (const { name } of environments) {
    if (branches.has(name)) {
      notes.push(
        `A branch is named ${code(name)} like an environment. If it is deployed from there, write \`branch: ${name}\` at it.`,
      );
    }
    for (const [source, target] of names.get(name) ?? []) {
      notes.push(
        `${cell(name)} has ${code(target)} where the others have ${code(source)}: the \`image:\` mapping takes them for the same.`,
      );
    }
  }
  for (const { trouble, file } of overlays) {
    if (trouble) notes.push(`${code(file)} is left alone: ${cell(trouble.message, 300)}`);
  }
  return notes.slice(0, 50);
}
