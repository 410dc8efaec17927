import { code } from "../model/outside-text.ts";
import type { ImageArtifact } from "../model/release.ts";
import { renderOnMerge, renderOwnWords, renderRefs, renderTables } from "./body.ts";
import { renderMarker } from "./marker.ts";
import { componentsOf, type PinnedProposal } from "./pinned-proposal.ts";

/** The text of a promotion or rollback, for the person who reviews it. */
export function renderPinnedBody(
  desired: PinnedProposal,
  told: { readonly approvalsVoid: boolean; readonly sources: string },
): string {
  const parts = [
    renderOwnWords(desired),
    renderWhat(desired),
    renderTables(desired.rows),
    renderRefs(desired.refs),
    renderFacts(desired),
    told.sources,
    renderNotes(desired, told.approvalsVoid),
    renderOnMerge(desired),
    desired.next === null
      ? ""
      : `**Then** ${code(desired.next)} in a comment here takes it further.`,
    renderFooter(desired),
    renderMarker({ history: [], waiting: [] }),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function renderWhat(desired: PinnedProposal): string {
  const { asked, kind, place } = desired;
  const { component } = place;
  const named = componentsOf({ component, components: desired.components })
    .flatMap((one) => (one === null ? [] : [code(one)]))
    .join(", ");
  const what = named === "" ? "" : ` of ${named}`;
  const where = code(place.environment);
  const who = asked.by === null ? "" : `, asked for by ${code(asked.by.login, 40)}`;
  if (kind === "rollback") return `**Rollback**${what} in ${where}${who}.`;
  const from = asked.from.map((name) => code(name)).join(", ");
  const because = asked.by === null ? ", because it was merged there" : who;
  return `**Promotion**${what} to ${where} from ${from}${because}.`;
}

function renderFacts({ artifacts }: PinnedProposal): string {
  const images = artifacts.filter((a): a is ImageArtifact => a.kind === "image");
  const lines = images.slice(0, 50).flatMap(({ digest, image, orderKey }) => {
    const built =
      orderKey === null ? "" : `, built ${orderKey.at.slice(0, 19).replace("T", " ")} UTC`;
    return digest === null ? [] : [`- ${code(image)}: ${code(digest)}${built}`];
  });
  return lines.length === 0 ? "" : `**Digests** when this was proposed\n${lines.join("\n")}`;
}

function renderNotes({ asked, notes }: PinnedProposal, approvalsVoid: boolean): string {
  const lines = [...notes];
  if (asked.reason !== null) lines.push(`Reason: ${code(asked.reason, 300)}.`);
  if (asked.skip !== null) lines.push(`A step of the ladder is left out: ${code(asked.skip, 300)}`);
  if (approvalsVoid) lines.push("The commit was rebuilt: approvals start again.");
  return lines.map((line) => `> ${line}`).join("\n>\n");
}

function renderFooter({ place }: PinnedProposal): string {
  return `<sub>This proposal holds one release and stays as it is. A newer one for ${code(place.environment)} takes its place; commits of yours on this branch are never overwritten.</sub>`;
}
