import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { folderOf } from "../decide/kustomization.ts";
import type { CdRepo, CheckReport } from "../model/forge.ts";
import { cell, code, table, visible } from "../model/outside-text.ts";
import type { BuildError, Rendered } from "../model/render.ts";
import type { ChangedOverlay } from "./effect.ts";
import {
  type BuiltObject,
  changedObjects,
  type ImageMove,
  imageMoves,
  objectsIn,
} from "./images-shown.ts";
import type { ViewToTell } from "./proposal-view.ts";
import { maskSecret } from "./secret-mask.ts";
import type { ChangeView } from "./view-change.ts";

export const RENDER_CHECK = "tagboat/render";

/** Of the 65,535 characters that a check's summary may have (https://docs.github.com/rest/checks/runs), those for diffs. */
const DIFF_CHARACTERS = 50_000;
const MOVES_SHOWN = 10;
/** Beyond so many changed lines a diff is no reading for people, and takes quadratic time. */
const MOST_CHANGED_LINES = 5_000;
const DIFF_MS = 2_000;

/** The check run that shows what a proposal does to what is built. */
export function reportView(repo: CdRepo, { view, headOid, fresh }: ViewToTell): CheckReport {
  const shown = view.overlays.map(showOverlay);
  const failed = shown.some(({ verdict }) => verdict === "broken") || view.refusal !== null;
  const unknown = shown.some(({ verdict }) => verdict === "unknown");
  return {
    repo,
    headOid,
    name: RENDER_CHECK,
    conclusion: failed ? "failure" : unknown ? "neutral" : "success",
    title: titleOf(shown, view),
    summary: summaryOf(shown, view),
    annotations: annotationsOf(view, shown),
    fresh,
  };
}

/** `was-broken`: the base does not build either. `unknown`: it was not built. */
type Verdict = "same" | "changed" | "broken" | "unknown";

interface Shown {
  readonly overlay: ChangedOverlay;
  readonly folder: string;
  readonly verdict: Verdict;
  readonly moves: readonly ImageMove[];
  /** Unified diff, Secrets masked; `""`: none. */
  readonly diff: string;
}

function showOverlay(overlay: ChangedOverlay): Shown {
  const { before, after, file } = overlay;
  const folder = folderOf(file) || ".";
  const known = { overlay, folder, moves: [], diff: "" };
  if (after.kind === "broken" && before.kind === "rendered") return { ...known, verdict: "broken" };
  if (after.kind !== "rendered" || before.kind !== "rendered")
    return { ...known, verdict: "unknown" };
  if (before.text === after.text) return { ...known, verdict: "same" };
  const changed = changedObjects(before.text, after.text);
  return {
    ...known,
    verdict: "changed",
    moves: imageMoves(changed.before, changed.after),
    diff: maskedDiff(folder, changed),
  };
}

/** The objects that differ, the others left out: a build may be of megabytes, its change of a line. */
function maskedDiff(folder: string, changed: ReturnType<typeof changedObjects>): string {
  const seen = new Map<string, string>();
  const mask = (objects: readonly BuiltObject[]) =>
    objects.map(({ text }) => maskSecret(text.replace(/^\n/, ""), seen)).join("---\n");
  const [before, after] = [mask(changed.before), mask(changed.after)];
  const patch = createTwoFilesPatch(folder, folder, before, after, "before", "after", {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: MOST_CHANGED_LINES,
    timeout: DIFF_MS,
  });
  return patch ?? `(more than ${MOST_CHANGED_LINES} lines differ)`;
}

function titleOf(shown: readonly Shown[], { refusal }: ChangeView): string {
  if (refusal !== null) return "A declared image does not come out of the build";
  const broken = shown.filter(({ verdict }) => verdict === "broken").length;
  if (broken > 0)
    return `${counted(broken, "overlay")} no longer ${broken === 1 ? "builds" : "build"}`;
  const images = new Set(
    shown.flatMap(({ moves }) => moves.map(({ from, to }) => `${from} ${to}`)),
  );
  const built = shown.filter(({ verdict }) => verdict !== "unknown").length;
  if (built === 0) return "Not built, so not compared";
  return `${counted(images.size, "image")} ${images.size === 1 ? "changes" : "change"} in ${counted(built, "overlay")}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function summaryOf(shown: readonly Shown[], { refusal }: ChangeView): string {
  const rows = shown.map(({ overlay, folder, verdict, moves }) => [
    code(folder),
    stateOf(overlay.before),
    stateOf(overlay.after),
    changeOf(overlay, verdict, moves),
  ]);
  const parts = [
    "What `kustomize build` gives before and after this change.",
    refusal === null ? "" : `**${cell(refusal.message, 1_000)}**`,
    table(["overlay", "before", "after", "what changes"], rows),
    ...troublesOf(shown),
    ...diffsOf(shown),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function stateOf(rendered: Rendered): string {
  if (rendered.kind === "rendered") return counted(objectsIn(rendered.text).length, "object");
  return rendered.kind === "broken" ? "does not build" : "not built";
}

function changeOf(overlay: ChangedOverlay, verdict: Verdict, moves: readonly ImageMove[]): string {
  if (verdict === "broken") return "**this change breaks the build**";
  if (verdict === "same") return "nothing";
  if (verdict === "unknown") {
    const before = overlay.before.kind === "broken";
    if (before && overlay.after.kind === "rendered") return "builds again";
    return before ? "unknown: the build is broken without this change too" : "unknown";
  }
  const lines = moves
    .slice(0, MOVES_SHOWN)
    .map(
      ({ object, from, to }) =>
        `${code(object, 80)}: ${from === null ? "–" : code(from)} → ${to === null ? "–" : code(to)}`,
    );
  if (moves.length > MOVES_SHOWN) lines.push(`and ${moves.length - MOVES_SHOWN} more`);
  return lines.join("<br>") || "no image";
}

/** Why something was not built or does not build, once for each reason. */
function troublesOf(shown: readonly Shown[]): string[] {
  const lines = shown.flatMap(({ overlay: { before, after }, folder }) => {
    const trouble = after.kind === "rendered" ? before : after;
    if (trouble.kind === "rendered") return [];
    const said = trouble.kind === "broken" ? errorText(trouble.error) : cell(trouble.why, 1_000);
    return [`- ${code(folder)}: ${said}`];
  });
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function errorText({ message, file, line }: BuildError): string {
  const where =
    file === undefined ? "" : `${code(line === undefined ? file : `${file}:${line}`)}: `;
  return `${where}${cell(message, 1_500)}`;
}

function diffsOf(shown: readonly Shown[]): string[] {
  let left = DIFF_CHARACTERS;
  return shown.flatMap(({ folder, diff }) => {
    if (diff === "") return [];
    if (left < 500) return [`The diff of ${code(folder)} is left out: there is no room for it.`];
    const lines = cut(diff, left);
    left -= lines.length;
    const longest = Math.max(2, ...[...lines.matchAll(/`+/g)].map((run) => run[0].length));
    const fence = "`".repeat(longest + 1);
    const summary = `<details><summary>diff of ${cell(folder)}</summary>`;
    return [`${summary}\n\n${fence}diff\n${lines}\n${fence}\n\n</details>`];
  });
}

/** Whole lines, at most so many characters, with nothing invisible in them. */
function cut(diff: string, characters: number): string {
  const lines: string[] = [];
  let used = 0;
  for (const line of diff.trimEnd().split("\n")) {
    used += Math.min(line.length, 500) + 1;
    if (used > characters) return [...lines, "… (cut)"].join("\n");
    lines.push(shownLine(line));
  }
  return lines.join("\n");
}

// Indentation is content here, and `visible` trims.
function shownLine(line: string): string {
  const body = line.trimStart();
  return `${line.slice(0, line.length - body.length)}${visible(body, 500)}`;
}

function annotationsOf(
  { refusal }: ChangeView,
  shown: readonly Shown[],
): CheckReport["annotations"] {
  const annotations: CheckReport["annotations"][number][] = [];
  if (refusal?.file !== undefined) {
    const line = refusal.line ?? 1;
    annotations.push({ path: refusal.file, line, message: refusal.message, level: "failure" });
  }
  for (const { overlay, verdict } of shown) {
    const { after } = overlay;
    if (after.kind !== "broken" || after.error.file === undefined) continue;
    annotations.push({
      path: after.error.file,
      line: after.error.line ?? 1,
      message: after.error.message,
      level: verdict === "broken" ? "failure" : "notice",
    });
  }
  return annotations;
}
