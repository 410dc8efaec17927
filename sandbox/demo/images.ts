import { createHash } from "node:crypto";
import { type MadeImage, makeImage } from "../registry/image.ts";

/** An image as the pipeline of the story builds it. Tag: 4 characters of the commit, 5 of the pipeline run. */
export interface StoryImage {
  readonly tag: string;
  readonly commit: string;
  readonly run: string;
  readonly image: MadeImage;
}

const MINUTE = 60_000;

/** The story's images by their part in it, with build times around `now`. */
export function storyImages(now: Date) {
  const at = (minutes: number) => new Date(now.getTime() + minutes * MINUTE);
  return {
    /** What runs everywhere when the story begins. */
    present: build("6322-rbbs9", at(-26 * 60)),
    pushed: build("bf76-qqxrq", at(-4)),
    newer: build("e1d4-w8k2m", at(-1)),
    older: build("48ac-p7x9d", at(-50 * 60)),
  };
}

/** One more image of the pipeline, built at `now`. */
export function nextImage(now: Date): StoryImage {
  const hex = createHash("sha256").update(now.toISOString()).digest("hex");
  return build(`${hex.slice(0, 4)}-${hex.slice(4, 9)}`, now);
}

/** An image of that tag, built at this moment. */
export function buildNow(tag: string): StoryImage {
  return build(tag, new Date());
}

function build(tag: string, created: Date): StoryImage {
  const [start = "", end = ""] = tag.split("-");
  const commit = `${start}${createHash("sha1").update(tag).digest("hex")}`.slice(0, 40);
  const run = `myapp-build-${end}`;
  const image = makeImage({
    created: created.toISOString(),
    content: `${tag}\n`,
    labels: {
      "org.opencontainers.image.title": "myapp-runtime",
      "org.opencontainers.image.revision": commit,
      "org.opencontainers.image.source": "https://git.example.com/acme/myapp",
      "pipeline.run": run,
      "pipeline.run.url": `https://tekton.example.com/#/namespaces/myapp-ci/pipelineruns/${run}`,
    },
  });
  return { tag, commit, run, image };
}
