import type { Pull } from "../../sandbox/world/entities.ts";
import { ease } from "./conversation.ts";
import type { Harbour, HarbourOptions } from "./harbour.ts";
import { beginLadder, pullOf } from "./ladder-story.ts";
import { stories } from "./story.ts";

/** Starts a harbour with promotion on the ladder for each test. */
export function ladderStories(): {
  begin(
    more?: Readonly<Record<string, string>>,
    options?: Partial<HarbourOptions>,
  ): Promise<Harbour>;
} {
  const { start } = stories();
  return {
    begin: (more, options) => beginLadder(start, more, options),
  };
}

/** A pull request to talk on. */
export async function talk(h: Harbour): Promise<Pull> {
  const pull = await pullOf(h, "topic");
  h.stage.recorder.clear();
  return pull;
}

/** The first open proposal of ours. */
export function promotion(h: Harbour): Pull {
  const pull = h.open().find(({ headBranch }) => headBranch.startsWith("tagboat/"));
  if (pull === undefined) throw new Error("no proposal is open");
  return pull;
}

/** A push of people's with git that is waited for. */
export async function pushed(
  h: Harbour,
  branch: string,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  await h.people.gitPush("ann", branch, texts);
  await ease(h);
}
