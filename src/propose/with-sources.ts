import { trackedImage } from "../decide/image-pattern.ts";
import { type OriginOf, type SpanScope, sourceSpans, sourceUrlOf } from "../decide/source-spans.ts";
import type { Config } from "../model/config.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { Release } from "../model/release.ts";
import type { DesiredProposal } from "./proposal.ts";

export interface SourceScope extends SpanScope {
  /** Where versions came from by the registry's word, as far as it is quick to tell. */
  readonly originsOf: (
    versions: readonly { readonly image: ImageName; readonly version: ImageVersion }[],
  ) => Promise<OriginOf>;
}

/** A proposal with what its reader is told of the source repos: by what its releases say, else by the registry. */
export async function withSources(
  scope: SourceScope,
  desired: DesiredProposal,
): Promise<DesiredProposal> {
  if (desired.edits.length === 0) return desired;
  const said: OriginOf = (image, { tag }) =>
    desired.releases.find((release) => brings(scope.config, release, image, tag))?.provenance ??
    null;
  const versions = desired.rows.flatMap(({ from, image, to }) => {
    if (from === null) return [];
    const asked = said(image, to) === null ? [from, to] : [from];
    return asked.map((version) => ({ image, version }));
  });
  const told = versions.length === 0 ? () => null : await scope.originsOf(versions);
  const originOf: OriginOf = (image, version) => said(image, version) ?? told(image, version);
  const spans = sourceSpans(scope, desired.rows, originOf);
  return { ...desired, spans, releases: desired.releases.map((one) => linked(scope, one)) };
}

function brings(
  config: Config,
  { artifacts }: Release,
  image: ImageName,
  tag: string | null,
): boolean {
  const nameOf = (name: ImageName) => trackedImage(config, name)?.image ?? name;
  return artifacts.some(
    (one) => one.kind === "image" && one.tag === tag && nameOf(one.image) === nameOf(image),
  );
}

/** The source repo by the address of its page, if it has one. */
function linked(scope: SpanScope, release: Release): Release {
  const [artifact] = release.artifacts.filter((one) => one.kind === "image");
  const { sourceRepo: said, ...others } = release.provenance;
  const url = artifact === undefined ? null : sourceUrlOf(scope, artifact.image, said ?? null);
  const sourceRepo = url ?? said;
  const provenance = sourceRepo === undefined ? others : { ...others, sourceRepo };
  return { ...release, provenance };
}
