import type { ImageVersion } from "../model/image.ts";
import { cell, code, link } from "../model/outside-text.ts";
import type { Release } from "../model/release.ts";
import { fillTemplate } from "../model/template.ts";
import { type Marker, renderMarker } from "./marker.ts";
import type { DesiredProposal, ProposalRow, RefRow } from "./proposal.ts";
import { shortVersion, templateValues } from "./title.ts";
import { renderWaiting } from "./waiting-note.ts";

/** What a body tells besides the change itself. */
export interface BodyContext {
  readonly marker: Marker;
  /** This rebuild took the approvals away. */
  readonly approvalsVoid: boolean;
  /** Of the source repos, as Markdown. */
  readonly sources: string;
}

// GitHub refuses bodies of more than 65,536 characters; rows beyond this are counted, not shown.
const ROWS_SHOWN = 100;

/** The text of a tracking proposal, for the person who reviews it. */
export function renderBody(desired: DesiredProposal, context: BodyContext): string {
  const parts = [
    renderOwnWords(desired),
    renderTables(desired.rows),
    renderRefs(desired.refs),
    desired.releases.map((release) => renderRelease(release, desired)).join("\n\n"),
    context.sources,
    renderNotes(desired, context),
    renderWaiting([], null),
    renderOnMerge(desired),
    renderHistory(context.marker),
    renderFooter(desired),
    renderMarker(context.marker),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** What the repo's config puts above the table (`proposal.body`): its own Markdown, with escaped values from outside. */
export function renderOwnWords(desired: DesiredProposal): string {
  const { body } = desired.environment.proposal;
  if (body === null) return "";
  const values = Object.entries(templateValues(desired)).map(([name, value]) => [
    name,
    cell(value),
  ]);
  return fillTemplate(body, Object.fromEntries(values)).trim();
}

/** One table for each image: with its name in a column, the versions would not have a line to themselves. */
export function renderTables(rows: readonly ProposalRow[]): string {
  const shown = rows.slice(0, ROWS_SHOWN);
  const images = [...new Set(shown.map((row) => row.image))];
  const tables = images.map((image) =>
    renderTable(
      image,
      shown.filter((row) => row.image === image),
    ),
  );
  const more = rows.length > ROWS_SHOWN ? [`…and ${rows.length - ROWS_SHOWN} more.`] : [];
  return [...tables, ...more].join("\n\n");
}

function renderTable(image: string, rows: readonly ProposalRow[]): string {
  const lines = rows.map((row) => {
    const from = row.from === null ? "new entry" : renderVersion(row.from);
    return `| ${code(row.file)} | ${from} | ${renderVersion(row.to)} |`;
  });
  return [`**Image** ${code(image)}`, "", "| file | from | to |", "|---|---|---|", ...lines].join(
    "\n",
  );
}

/** `?ref=` that move. */
export function renderRefs(refs: readonly RefRow[]): string {
  if (refs.length === 0) return "";
  const lines = refs
    .slice(0, ROWS_SHOWN)
    .map((row) => `| ${code(row.repo)} | ${code(row.ref.slice(0, 12))} | ${code(row.file)} |`);
  return ["| `?ref=` of | to | file |", "|---|---|---|", ...lines].join("\n");
}

function renderVersion(version: ImageVersion): string {
  const tag = version.tag === null ? "" : code(version.tag);
  const digest = version.digest === null ? "" : code(`@${version.digest.slice(0, 19)}…`);
  return [tag, digest].filter((part) => part !== "").join(" ") || "–";
}

function renderRelease(release: Release, desired: DesiredProposal): string {
  const [artifact] = release.artifacts.filter((a) => a.kind === "image");
  if (artifact === undefined) return "";
  const { provenance } = release;
  const facts: [string, string][] = [
    ["digest", artifact.digest === null ? "" : code(artifact.digest)],
    ["built", renderInstant(release.builtAt)],
    ["commit", renderRevision(provenance.revision, provenance.sourceRepo)],
    ["pipeline run", renderRun(provenance.run, provenance.runUrl)],
    ["pushed by", provenance.actor === undefined ? "" : code(provenance.actor, 80)],
    [
      "platforms",
      release.platforms
        .slice(0, 10)
        .map((p) => code(p, 40))
        .join(" "),
    ],
    [
      "delivery",
      release.deliveries
        .slice(-3)
        .map((d) => code(d, 60))
        .join(" "),
    ],
  ];
  const lines = facts
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `- ${name}: ${value}`);
  // Beside a table of the same image its tag says enough.
  const isOnly =
    desired.releases.length === 1 && desired.rows.some((r) => r.image === artifact.image);
  const name = isOnly ? artifact.tag : `${artifact.image}:${artifact.tag}`;
  return [`**About** ${code(name)}`, ...lines].join("\n");
}

/** `2026-11-22 17:16:39 UTC`: RFC 3339 is for machines. */
function renderInstant(at: string | null): string {
  if (at === null) return "";
  const time = Date.parse(at);
  if (Number.isNaN(time)) return code(at, 40);
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** @param repo the address of its page, as the flow found it. */
function renderRevision(revision: string | undefined, repo: string | undefined): string {
  if (revision === undefined) return "";
  return repo === undefined || !repo.includes("://")
    ? code(revision, 64)
    : link(revision.slice(0, 12), `${repo}/commit/${encodeURIComponent(revision)}`);
}

function renderRun(run: string | undefined, url: string | undefined): string {
  if (run === undefined) return url === undefined ? "" : link("run", url);
  return url === undefined ? code(run, 80) : link(run, url);
}

function renderNotes(desired: DesiredProposal, context: BodyContext): string {
  const notes: string[] = [];
  if (desired.orderUnknown) {
    notes.push(
      "**Order unknown**: the registry gives no build time, so whether this is newer than what runs could not be checked. It is never merged automatically.",
    );
  }
  for (const { before, image, now, tag } of (desired.pushedAgain ?? []).slice(0, 10)) {
    notes.push(
      `**Pushed again**: ${code(`${image}:${tag}`)} named ${code(`${before.slice(0, 19)}…`)} before and names ${code(`${now.slice(0, 19)}…`)} now. Whoever reviewed the one has not seen the other.`,
    );
  }
  if (context.approvalsVoid) notes.push("The commit was rebuilt: approvals start again.");
  return notes.map((note) => `> ${note}`).join("\n>\n");
}

/** What a merge leads to. */
export function renderOnMerge(desired: DesiredProposal): string {
  const folders = [
    ...new Set(desired.edits.map((edit) => edit.path.replace(/\/[^/]+$/, ""))),
  ].sort();
  const shown = folders.slice(0, 5).map((folder) => code(folder));
  const more = folders.length > shown.length ? ` and ${folders.length - shown.length} more` : "";
  return `**On merge** ${shown.join(", ")}${more} on ${code(desired.place.base)} changes, and what watches it (Argo CD, Flux) rolls it out to ${code(desired.place.environment)}.`;
}

function renderHistory(marker: Marker): string {
  if (marker.history.length < 2) return "";
  return `History of this proposal: ${marker.history.map((h) => code(h.version, 80)).join(" → ")}`;
}

function renderFooter(desired: DesiredProposal): string {
  const { environment } = desired.place;
  return `<sub>Tagboat keeps one pull request for ${code(environment)} and rebuilds it when a newer image arrives. Close it to leave this version out; commits of yours on this branch are never overwritten.</sub>`;
}

/** The version that a proposal's history shows. */
export function historyVersion(desired: DesiredProposal): string {
  return [...new Set(desired.rows.map((row) => shortVersion(row.to)))].join(" + ");
}
