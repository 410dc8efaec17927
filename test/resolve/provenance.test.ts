import { expect, test } from "@jest/globals";
import type { LabelNames } from "../../src/model/config.ts";
import type { Provenance } from "../../src/model/event.ts";
import { provenanceOf } from "../../src/resolve/provenance.ts";

const none: LabelNames = { revision: [], source: [], run: [], runUrl: [] };

const rows: readonly [
  name: string,
  names: Partial<LabelNames>,
  labels: Record<string, string>,
  said: Provenance,
  found: Provenance,
][] = [
  ["nothing", {}, {}, {}, {}],
  [
    "OCI's labels",
    {},
    {
      "org.opencontainers.image.revision": "bf76e0c",
      "org.opencontainers.image.source": "https://github.com/acme/app",
    },
    {},
    { revision: "bf76e0c", sourceRepo: "https://github.com/acme/app" },
  ],
  [
    "the article's labels",
    {},
    {
      "github.commit.id": "bf76e0c",
      "github.repository.fullname": "acme/app",
      "pipeline.run": "build-qqxrq",
    },
    {},
    { revision: "bf76e0c", sourceRepo: "acme/app", run: "build-qqxrq" },
  ],
  [
    "OCI's before others",
    {},
    { "vcs-ref": "of-the-base", "org.opencontainers.image.revision": "bf76e0c" },
    {},
    { revision: "bf76e0c" },
  ],
  [
    "the sender before usual labels, which a base image may have left",
    {},
    { "vcs-ref": "of-the-base", "vcs-url": "https://example.org/base" },
    { revision: "bf76e0c", actor: "robot" },
    { revision: "bf76e0c", actor: "robot", sourceRepo: "https://example.org/base" },
  ],
  [
    "labels that the config names before the sender",
    { revision: ["acme.commit"], run: ["acme.job"], runUrl: ["acme.url"], source: ["acme.repo"] },
    { "acme.commit": "c1", "acme.job": "7", "acme.url": "https://ci/7", "acme.repo": "acme/app" },
    { revision: "said", run: "said" },
    { revision: "c1", run: "7", runUrl: "https://ci/7", sourceRepo: "acme/app" },
  ],
  [
    "the first that the image has",
    { revision: ["a", "b", "c"] },
    { a: "", b: "second", c: "third" },
    {},
    { revision: "second" },
  ],
  [
    "the usual ones where a named one is missing",
    { run: ["a"] },
    { "pipeline.run": "7" },
    {},
    { run: "7" },
  ],
  ["no inherited properties", { revision: ["toString"], run: ["__proto__"] }, {}, {}, {}],
];

test.each(rows)("%s", (_, names, labels, said, found) => {
  expect(provenanceOf({ ...none, ...names }, labels, said)).toEqual(found);
});
