import { createHash } from "node:crypto";
import { plain } from "../model/outside-text.ts";
import { blobOid } from "./blob-oid.ts";
import type { DesiredProposal, ProposalRow } from "./proposal.ts";
import { renderHeadline, shortVersion } from "./title.ts";
import {
  type CommitTrailers,
  type ProposalKind,
  renderTrailers,
  type SignedContext,
} from "./trailers.ts";

/** What the trailers of a pinned proposal tell beside the rest. */
export type PinnedTrailers = Pick<CommitTrailers, "asked" | "changes" | "components">;

const NOT_PINNED: PinnedTrailers = { asked: null, changes: [], components: [] };

/** Title, one line for each row, then the signed trailers. */
export function renderCommitMessage(
  desired: DesiredProposal,
  kind: ProposalKind,
  context: SignedContext,
  keys: readonly Buffer[],
  { asked, changes, components }: PinnedTrailers = NOT_PINNED,
): string {
  const lines = [
    ...desired.rows.map((row) => `- ${plain(row.file)}: ${plain(row.image)} ${renderStep(row)}`),
    ...desired.refs.map(
      (row) => `- ${plain(row.file)}: ?ref= of ${plain(row.repo)} → ${plain(row.ref)}`,
    ),
  ];
  const trailers = renderTrailers(
    {
      kind,
      environment: desired.place.environment,
      component: desired.place.component,
      components,
      artifacts: desired.artifacts,
      ...(desired.orderUnknown ? { orderUnknown: true } : {}),
      from: fromHash(desired.rows),
      files: desired.edits.map((edit) => ({ path: edit.path, oid: blobOid(edit.text) })),
      deliveries: desired.deliveries,
      asked,
      changes,
    },
    context,
    keys,
  );
  return `${renderHeadline(desired)}\n\n${lines.join("\n")}\n\n${trailers}`;
}

function renderStep(row: ProposalRow): string {
  const from = row.from === null ? "(new)" : plain(shortVersion(row.from));
  return `${from} → ${plain(shortVersion(row.to))}`;
}

/** Tells whether the entries' values before the change are still those that a proposal was made from. */
export function fromHash(rows: readonly ProposalRow[]): string {
  const values = rows
    .map((row) => [row.file, row.image, row.from])
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, 16);
}
