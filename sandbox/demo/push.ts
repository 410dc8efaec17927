import { pushImage } from "../registry/image.ts";
import type { LogLine } from "./app-process.ts";
import type { StoryImage } from "./images.ts";
import { IMAGE_PATH, type Scene } from "./scene.ts";

/** How long the app may take for one image, in milliseconds: far more than it does. */
export const PATIENCE = 8_000;

/** What the app made of an image: the outcome in its log, and how long after the push. */
export interface Settled {
  readonly outcome: LogLine;
  readonly ms: number;
  /** Requests to GitHub up to the last that wrote, and how many of them wrote: what the check asks for on its own comes after. */
  readonly requests: number;
  readonly writes: number;
}

/** Pushes an image and waits for a line of the app's log. */
export async function pushed(
  scene: Scene,
  { image, tag }: StoryImage,
  matches: (line: LogLine) => boolean,
): Promise<LogLine> {
  const since = scene.app.count;
  const { url } = scene.sandbox.registryAddress;
  await pushImage({ baseUrl: url }, IMAGE_PATH, tag, image);
  return await scene.app.line(since, matches, PATIENCE);
}

/** Pushes an image and waits until the app has settled what the registry told it. */
export async function push(
  scene: Scene,
  image: StoryImage,
  wanted: (outcome: LogLine) => boolean,
): Promise<Settled> {
  const { stage } = scene.sandbox;
  const before = stage.recorder.counted().length;
  const started = performance.now();
  // The check's own outcomes stand in between.
  const line = await pushed(scene, image, (one) => {
    const outcome = outcomeOf(one);
    return outcome.reason !== "gated" && wanted(outcome);
  });
  const ms = performance.now() - started;
  const asked = stage.recorder.counted().slice(before);
  const last = asked.findLastIndex(({ kind }) => kind === "graphql-mutation");
  const requests = last < 0 ? asked : asked.slice(0, last + 1);
  const writes = requests.filter((request) => request.write).length;
  return { outcome: outcomeOf(line), ms, requests: requests.length, writes };
}

/** The outcome that a log line tells of; empty: it tells of none. */
export function outcomeOf({ msg, outcome }: LogLine): LogLine {
  return msg === "settled" && typeof outcome === "object" && outcome !== null ? { ...outcome } : {};
}
