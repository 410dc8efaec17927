import type { ImageVersion } from "../model/image.ts";
import { plain } from "../model/outside-text.ts";
import { fillTemplate, type TemplateField } from "../model/template.ts";
import type { DesiredProposal, ProposalRow, RefRow } from "./proposal.ts";

type Titled = Pick<DesiredProposal, "place" | "rows" | "refs" | "environment"> & {
  /** Those that go together. */
  readonly components?: readonly string[];
};

/**
 * `dev: myapp-runtime 6322-rbbs9 → bf76-qqxrq`; with several images their number and names; or what the environment's
 * `proposal.title` makes of it. At most 200 characters, without links and mentions.
 */
export function renderTitle(desired: Titled): string {
  const { title } = desired.environment.proposal;
  return title === null
    ? defaultTitle(desired)
    : plain(fillTemplate(title, templateValues(desired)));
}

/** The first line of the commit: as `proposal.commit` says, else the title. */
export function renderHeadline(desired: Titled): string {
  const { commit } = desired.environment.proposal;
  return commit === null
    ? renderTitle(desired)
    : plain(fillTemplate(commit, templateValues(desired)));
}

/** What the fields of a template stand for; text from outside, not escaped. */
export function templateValues(desired: Titled): Readonly<Record<TemplateField, string>> {
  const { place, rows } = desired;
  const list = (values: readonly string[]): string => [...new Set(values)].join(", ");
  return {
    title: defaultTitle(desired),
    environment: place.environment,
    component: componentWords(desired),
    image: list(rows.map((row) => shortName(row.image))),
    from: list(rows.flatMap((row) => (row.from === null ? [] : [shortVersion(row.from)]))),
    to: list(rows.map((row) => shortVersion(row.to))),
    base: place.base,
  };
}

function defaultTitle(desired: Titled): string {
  const { environment } = desired.place;
  const component = componentWords(desired);
  const where = component === "" ? environment : `${environment}/${component}`;
  return plain(`${where}: ${renderWhat(desired.rows, desired.refs)}`);
}

function componentWords({ components = [], place }: Titled): string {
  return components.length === 0 ? (place.component ?? "") : components.join("+");
}

function renderWhat(rows: readonly ProposalRow[], refs: readonly RefRow[]): string {
  if (rows.length === 0)
    return refs.length === 0 ? "" : `${refs[0]?.repo ?? ""} → ${(refs[0]?.ref ?? "").slice(0, 12)}`;
  const bumps = [...new Set(rows.map((row) => `${shortName(row.image)} ${renderStep(row)}`))];
  if (bumps.length === 1) return bumps[0] ?? "";
  const names = [...new Set(rows.map((row) => shortName(row.image)))];
  if (names.length > 1) return `${names.length} images (${names.join(", ")})`;
  const to = [...new Set(rows.map((row) => shortVersion(row.to)))];
  return `${names[0] ?? ""} → ${to.join(", ")}`;
}

function renderStep(row: ProposalRow): string {
  const to = shortVersion(row.to);
  if (row.from === null) return `→ ${to}`;
  const from = shortVersion(row.from);
  if (from !== to) return `${from} → ${to}`;
  return `${to} (${row.from.digest === row.to.digest ? "name" : "digest"})`;
}

/** The last part of an image's path. */
export function shortName(image: string): string {
  return image.slice(image.lastIndexOf("/") + 1);
}

/** The tag, else the first twelve digits of the digest. */
export function shortVersion(version: ImageVersion): string {
  return version.tag ?? version.digest?.replace(/^sha256:/, "").slice(0, 12) ?? "none";
}
