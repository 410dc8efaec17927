import type { LabelNames } from "../model/config.ts";
import type { Provenance } from "../model/event.ts";

type Field = "revision" | "sourceRepo" | "run" | "runUrl";

/** OCI's annotation names, then those that pipelines are known to write. */
const USUAL: Readonly<Record<Field, readonly string[]>> = {
  revision: [
    "org.opencontainers.image.revision",
    "github.commit.id",
    "vcs-ref",
    "io.openshift.build.commit.id",
  ],
  sourceRepo: [
    "org.opencontainers.image.source",
    "github.repository.fullname",
    "vcs-url",
    "io.openshift.build.source-location",
  ],
  run: ["pipeline.run"],
  runUrl: ["pipeline.run.url"],
};

type Labels = Readonly<Record<string, string>>;

/**
 * Where an image came from. A label that the config names is the image's own word and wins; the usual ones come after what the sender said,
 * since an image that sets none of them inherits those of its base image.
 */
export function provenanceOf(names: LabelNames, labels: Labels, said: Provenance): Provenance {
  const named = {
    revision: names.revision,
    sourceRepo: names.source,
    run: names.run,
    runUrl: names.runUrl,
  };
  return { ...pick(USUAL, labels), ...said, ...pick(named, labels) };
}

function pick(names: Readonly<Record<Field, readonly string[]>>, labels: Labels): Provenance {
  const found = Object.entries(names).flatMap(([field, candidates]) => {
    const name = candidates.find((one) => Object.hasOwn(labels, one) && labels[one] !== "");
    return name === undefined ? [] : [[field, labels[name]] as const];
  });
  return Object.fromEntries(found);
}
