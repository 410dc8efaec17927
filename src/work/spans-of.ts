import { sourceSpans } from "../decide/source-spans.ts";
import type { Config } from "../model/config.ts";
import type { SourceSpan } from "../model/source.ts";
import type { ProposalRow } from "../propose/proposal.ts";
import { readOrigins } from "../resolve/origins.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { RunParts } from "./run-place.ts";

/** What the rows of a promotion or rollback stand for in the source repos. */
export async function spansOf(
  {
    asking: { config },
    known,
    parts,
  }: {
    readonly parts: Pick<RunParts, "clock" | "registry" | "web">;
    readonly known: KnownRepo;
    readonly asking: { readonly config: Config };
  },
  rows: readonly ProposalRow[],
): Promise<readonly SourceSpan[]> {
  const owner = known.repo.owner.toLowerCase();
  const versions = rows.flatMap(({ from, image, to }) =>
    from === null ? [] : [from, to].map((version) => ({ image, version })),
  );
  const originOf = await readOrigins(parts, { config, owner }, versions);
  return sourceSpans({ config, owner, web: parts.web }, rows, originOf);
}
