import type { ImageVersion } from "../model/image.ts";
import { plain } from "../model/outside-text.ts";
import type { DesiredProposal, ProposalRow, RefRow } from "./proposal.ts";

/** `dev: myapp-runtime 6322-rbbs9 → bf76-qqxrq`; with several images their number and names. At most 200 characters. */
export function renderTitle(desired: Pick<DesiredProposal, "place" | "rows" | "refs">): string {
  const { environment, component } = desired.place;
  const where = component === null ? environment : `${environment}/${component}`;
  return plain(`${where}: ${renderWhat(desired.rows, desired.refs)}`);
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
  return from === to ? `${to} (digest)` : `${from} → ${to}`;
}

/** The last part of an image's path. */
export function shortName(image: string): string {
  return image.slice(image.lastIndexOf("/") + 1);
}

/** The tag, else the first twelve digits of the digest. */
export function shortVersion(version: ImageVersion): string {
  return version.tag ?? version.digest?.replace(/^sha256:/, "").slice(0, 12) ?? "none";
}
